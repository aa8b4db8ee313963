/* version.h - which program this is. */
#ifndef PT_VERSION_H
#define PT_VERSION_H

extern const char pt_version[]; /* "0.1.0" */
extern const char pt_commit[];  /* of the sources; "-dirty": changed since;
                                   "unknown" outside a checkout */

#endif
