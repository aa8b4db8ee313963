/* plugin.h - what every plug-in says of itself, and how it is asked for.
 *
 * A plug-in is asked for as NAME[:KEY=VALUE,...]. */
#ifndef PT_BASE_PLUGIN_H
#define PT_BASE_PLUGIN_H

#include <stddef.h>
#include "base/error.h"
#include "base/param.h"

/* First members of every plug-in's const struct.  The caller allocates and
 * zeroes state_size bytes and fills the parameters from the table. */
#define PT_PLUGIN                                                              \
    const char *name;              /* [a-z][a-z0-9_-]* */                      \
    const char *summary;           /* one line */                              \
    const char *cite;              /* the paper, standard or URL it is from */ \
    const struct pt_param *params; /* ended by PT_PARAM_END, or NULL */        \
    size_t state_size

struct pt_plugin {
    PT_PLUGIN;
};

/* PLUGIN's state with every default filled in.  The caller frees. */
void *pt_plugin_state_new(const struct pt_plugin *plugin);

/* Sets the parameters in TEXT, "KEY=VALUE,...".  Errors are PT_ERR_USAGE. */
int pt_plugin_set_text(const struct pt_plugin *plugin, void *state,
                       const char *text, struct pt_err *err);

/* "NAME:KEY=VALUE,..." with every parameter; "NAME" if there are none.  The
 * caller frees. */
char *pt_plugin_text_new(const struct pt_plugin *plugin, const void *state);

/* Of PLUGINS, ended by NULL, the one that TEXT, NAME[:KEY=VALUE,...], asks for,
 * with *state set up (the caller frees it).  KIND says what they are, in
 * messages.  NULL with ERR filled as PT_ERR_USAGE. */
const struct pt_plugin *pt_plugin_open(const struct pt_plugin *const *plugins,
                                       const char *kind, const char *text,
                                       void **state, struct pt_err *err);

#endif
