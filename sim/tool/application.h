/* application.h - what `trace info` says of a Spark event log. */
#ifndef PT_TOOL_APPLICATION_H
#define PT_TOOL_APPLICATION_H

#include "base/error.h"
#include "sink/doc.h"
#include "tool/survey.h"

/* STATE is the event log's, at its end; SURVEY is of it. */
void pt_application_print(const struct pt_survey *survey, void *state);
void pt_application_json(struct pt_doc *doc, const struct pt_survey *survey,
                         void *state);

#endif
