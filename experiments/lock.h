/* lock.h - one campaign at a time in a folder. */
#ifndef PT_EXPERIMENTS_LOCK_H
#define PT_EXPERIMENTS_LOCK_H

#include "base/error.h"

/* Takes DIR's lock, the file DIR/.lock, for this process and the workers that
 * it makes: it is free again when the last of them has ended, however.  Waits
 * up to PATIENCE milliseconds.  Returns a file descriptor; -1 with ERR filled:
 * another process has it (PT_ERR_USAGE, with its number), or the folder cannot
 * be written. */
int pt_lock_take(const char *dir, int patience, struct pt_err *err);

/* Removes the file and gives the lock back, once the workers have ended.  A
 * LOCK of -1 is none. */
void pt_lock_drop(const char *dir, int lock);

#endif
