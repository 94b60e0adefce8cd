// The C end of the conversation between the broker and a program: the part that the generated call sees. The
// call is written from the prototype of the entry point by the tool in `glue.c`.
//
//   int, long, int64_t, size_t, …     an int, or a bool as 0 and 1
//   bool                              a bool
//   double, float                     a float
//   char                              a text of one character
//   char *                            a text; as a result it is copied, and NULL is null
//   T *items, int count               a list (T a number, bool, char or char *); the count of any integer type
//   T **rows, int count, int *sizes   a list of lists and the length of each
//   a result T * with a last parameter int *count             a list
//   a result T ** with the last two int *count, int **sizes   a list of lists
//   void                              null; what a function does to its arguments is seen afterwards
#ifndef SYNTHASE_DRIVER_H
#define SYNTHASE_DRIVER_H

#define SYNTHASE_KIND(T)                                                                                          \
    _Generic((T){0}, _Bool: 'b', char: 'c', signed char: 'i', short: 'i', int: 'i', long: 'i', long long: 'i',      \
             unsigned char: 'u', unsigned short: 'u', unsigned: 'u', unsigned long: 'u', unsigned long long: 'u', \
             float: 'f', double: 'd', char *: 's')
#define SYNTHASE_TYPE(T) SYNTHASE_KIND(T), sizeof(T)

struct synthase_call;

// What an argument becomes. One that does not fit is remembered; then what is given here is nothing.
void synthase_scalar(struct synthase_call *call, int index, char kind, unsigned long size, void *place);
char *synthase_text(struct synthase_call *call, int index, int changes);
void *synthase_list(struct synthase_call *call, int index, char kind, unsigned long size, int changes);
void *synthase_rows(struct synthase_call *call, int index, char kind, unsigned long size, int changes);
long synthase_count(struct synthase_call *call, int index);
// The lengths of the rows, as integers of the given size.
void *synthase_sizes(struct synthase_call *call, int index, unsigned long size);
int synthase_is_unfit(struct synthase_call *call);

// What a result becomes.
void synthase_give(struct synthase_call *call, char kind, unsigned long size, const void *place);
void synthase_give_list(struct synthase_call *call, char kind, unsigned long size, const void *items, long count);
void synthase_give_rows(struct synthase_call *call, char kind, unsigned long size, const void *rows, long count,
                        const void *sizes, unsigned long of_size);

// Answers the broker's questions until there are no more.
int synthase_serve(void (*entry)(struct synthase_call *), int count);

#endif
