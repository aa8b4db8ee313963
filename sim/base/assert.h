/* assert.h - a bug stops the program, in every build.
 *
 * One condition each, without side effects.  NDEBUG has no say here: a
 * simulator that goes on after a broken invariant prints wrong science. */
#ifndef PT_BASE_ASSERT_H
#define PT_BASE_ASSERT_H

#undef NDEBUG
#include <assert.h>

#define pt_assert(condition) assert(condition)

/* Where no correct program comes. */
enum { PT_REACHED = 0 };
#define pt_unreachable() assert(PT_REACHED)

#endif
