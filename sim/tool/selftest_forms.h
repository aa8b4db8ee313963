/* selftest_forms.h - closed forms that runs are held against.
 *
 * Each takes the numbers X of its row.  Mean lengths are 1. */
#ifndef PT_TOOL_SELFTEST_FORMS_H
#define PT_TOOL_SELFTEST_FORMS_H

/* x = {the value}: known from elsewhere. */
double pt_form_value(const double *x);

/* Mean wait in M/M/c: x = {c, load}. */
double pt_form_mmc_wait(const double *x);

/* Mean wait in M/G/1: x = {load, cv of the lengths}. */
double pt_form_mg1_wait(const double *x);

/* 95 % quantile of the response in M/M/1: x = {load}. */
double pt_form_mm1_p95(const double *x);

/* Jobs a mean length, when c servers serve gangs in order of arrival and never
 * want for them: x = {c, width, share, width, share, ..., 0}; shares sum to 1.
 */
double pt_form_gang_throughput(const double *x);

/* The same for gangs of 1 and of c: x = {c, share of the wide ones}. */
double pt_form_one_or_all(const double *x);

/* Share of a gang's time that its members wait for the last one: x = {members}.
 */
double pt_form_barrier_share(const double *x);

/* Attempts that a gang takes which begins again when it loses a node: x = {work
 * in mean times between its failures}; and how long it takes, in those. */
double pt_form_attempts(const double *x);
double pt_form_retry_time(const double *x);

/* Mean time between failures of a gang: x = {nodes, of a node}. */
double pt_form_gang_mtbf(const double *x);

/* How long work takes that is saved at the interval of Young, of Daly (eq. 37):
 * x = {work, cost, restart}, all in mean times between failures. */
double pt_form_young_time(const double *x);
double pt_form_daly_time(const double *x);

/* Mean response of M/M/1 whose server breaks down, is repaired, and resumes: x
 * = {rate of arrivals, of services, of failures, of repairs}. */
double pt_form_breakdown(const double *x);

/* Share of the time that a node is up: x = {MTBF, MTTR}. */
double pt_form_up(const double *x);

#endif
