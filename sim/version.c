#include "version.h"

#ifndef PT_COMMIT
#define PT_COMMIT "unknown"
#endif

const char pt_version[] = "0.1.0";
const char pt_commit[] = PT_COMMIT;
