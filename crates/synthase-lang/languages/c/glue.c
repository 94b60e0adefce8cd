// Writes the function that calls an entry point, from the prototype that the compiler tells of it:
//
//   glue PROTOTYPES ENTRY COUNT > call.c
//
// How parameters are understood is told at the head of `driver.h`.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PARAMS = 16, MAX_TEXT = 1 << 16 };

// A type without its name and its `const`s.
struct type {
    char base[256];
    int pointers;
    // Whether what it points to may be changed.
    int changes;
};

static void refuse(const char *why) {
    fprintf(stderr, "the entry point cannot be called: %s\n", why);
    exit(1);
}

static struct type read_type(const char *text, size_t length, const char *name) {
    struct type type = {.changes = 1};
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        size_t word = i;
        while (word < length && (isalnum((unsigned char)text[word]) || text[word] == '_')) word++;
        size_t size = word - i;
        if (size == 0) {
            if (text[i] == '*') type.pointers++;
            else if (text[i] != ' ') refuse("a parameter is no plain data");
            i++;
            continue;
        }
        int is_const = size == 5 && strncmp(text + i, "const", 5) == 0;
        int is_name = name && word == length && strlen(name) == size && strncmp(text + i, name, size) == 0;
        int is_noise = (size == 6 && strncmp(text + i, "extern", 6) == 0) || (size == 6 && strncmp(text + i, "static", 6) == 0) ||
                       (size == 8 && strncmp(text + i, "restrict", 8) == 0) || (size == 10 && strncmp(text + i, "__restrict", 10) == 0);
        if (is_const && type.pointers == 0) type.changes = 0;
        if (!is_const && !is_name && !is_noise) {
            if (used + size + 2 > sizeof type.base) refuse("the name of a type is too long");
            if (used) type.base[used++] = ' ';
            memcpy(type.base + used, text + i, size);
            used += size;
        }
        i = word;
    }
    if (type.pointers == 0) type.changes = 0;
    // A text is one thing.
    if (type.pointers > 0 && strcmp(type.base, "char") == 0) {
        strcpy(type.base, "char *");
        type.pointers--;
    }
    return type;
}

static int is_text(struct type type) { return strcmp(type.base, "char *") == 0; }

int main(int count, char **words) {
    static char text[MAX_TEXT], names[MAX_TEXT];
    if (count != 4) return 2;
    FILE *file = fopen(words[1], "r");
    const char *entry = words[2];
    int wanted = atoi(words[3]), found = 0;
    char head[300];
    snprintf(head, sizeof head, "%s (", entry);
    while (file && !found && fgets(text, sizeof text, file)) {
        // `/* file:line:NF */ extern int f (int x); /* (x) int x; */`, with F for a definition.
        char *start = strstr(text, "*/ "), *mark = strstr(text, ":NF */"), *old = strstr(text, ":OF */");
        char *place = start ? strstr(start, head) : NULL;
        if (place && (mark || old) && !isalnum((unsigned char)place[-1]) && place[-1] != '_') {
            found = 1;
            memmove(text, start + 3, strlen(start + 3) + 1);
        }
    }
    if (!found) {
        puts("int main(void) { return synthase_serve((void *)0, 0); }");
        return 0;
    }
    char *open = strstr(text, head), *shut = strstr(text, "); /*");
    char *listed = shut ? strchr(shut + 5, '(') : NULL;
    if (!shut) refuse("its prototype cannot be read");
    struct type result = read_type(text, (size_t)(open - text), NULL);
    struct type params[MAX_PARAMS];
    int n = 0;
    char *name = NULL, *rest = NULL;
    if (listed) {
        snprintf(names, sizeof names, "%.*s", (int)strcspn(listed + 1, ")"), listed + 1);
        name = strtok_r(names, ", ", &rest);
    }
    int depth = 0;
    char *from = open + strlen(head);
    for (char *at = from; at <= shut; at++) {
        if (*at == '(') depth++;
        if (*at == ')' && at < shut) depth--;
        if ((*at != ',' || depth) && at != shut) continue;
        while (*from == ' ') from++;
        if (n == MAX_PARAMS) refuse("it has too many parameters");
        if (strncmp(from, "void)", 5) != 0) params[n++] = read_type(from, (size_t)(at - from), name);
        if (name) name = strtok_r(NULL, ", ", &rest);
        from = at + 1;
    }
    // The lengths of what is returned are told through the last parameters.
    int outs = result.pointers;
    if (outs > 2 || n < outs) refuse("the length of its result is not told");
    for (int i = 0; i < outs; i++) {
        if (is_text(params[n - outs + i]) || params[n - outs + i].pointers != 1 + i) refuse("the length of its result is not told");
    }
    int arg = 0;
    puts("static void synthase_entry(struct synthase_call *call) {");
    for (int i = 0; i < n - outs; arg++) {
        struct type type = params[i];
        if (type.pointers == 0 && is_text(type)) {
            printf("    char *p%d = synthase_text(call, %d, %d);\n", i, arg, type.changes);
            i++;
        } else if (type.pointers == 0) {
            printf("    %s p%d = 0;\n    synthase_scalar(call, %d, SYNTHASE_TYPE(%s), &p%d);\n", type.base, i, arg, type.base, i);
            i++;
        } else {
            int size = type.pointers;
            if (size > 2 || i + size >= n - outs || params[i + 1].pointers != 0 || is_text(params[i + 1])) refuse("a pointer without a length");
            printf("    void *p%d = synthase_%s(call, %d, SYNTHASE_TYPE(%s), %d);\n", i, size == 1 ? "list" : "rows", arg, type.base, type.changes);
            printf("    %s p%d = (%s)synthase_count(call, %d);\n", params[i + 1].base, i + 1, params[i + 1].base, arg);
            if (size == 2) {
                if (params[i + 2].pointers != 1 || is_text(params[i + 2])) refuse("rows without their lengths");
                printf("    void *p%d = synthase_sizes(call, %d, sizeof(%s));\n", i + 2, arg, params[i + 2].base);
            }
            i += size + 1;
        }
    }
    if (arg != wanted) refuse("it takes another number of arguments");
    for (int i = n - outs; i < n; i++) printf("    %s %sp%d = 0;\n", params[i].base, params[i].pointers == 2 ? "*" : "", i);
    puts("    if (synthase_is_unfit(call)) return;");
    int is_void = strcmp(result.base, "void") == 0 && result.pointers == 0;
    printf("    ");
    if (!is_void) printf("%s %s result = ", result.base, outs == 2 ? "**" : outs == 1 ? "*" : "");
    if (outs) printf("(void *)");
    printf("%s(", entry);
    for (int i = 0; i < n; i++) printf("%s%sp%d", i ? ", " : "", i >= n - outs ? "&" : "", i);
    puts(");");
    if (is_void) puts("    char *null = 0;\n    synthase_give(call, 's', sizeof null, &null);");
    else if (outs == 0) printf("    synthase_give(call, SYNTHASE_TYPE(%s), &result);\n", result.base);
    else if (outs == 1) printf("    synthase_give_list(call, SYNTHASE_TYPE(%s), result, (long)p%d);\n", result.base, n - 1);
    else printf("    synthase_give_rows(call, SYNTHASE_TYPE(%s), result, (long)p%d, p%d, sizeof(%s));\n", result.base, n - 2, n - 1, params[n - 1].base);
    printf("}\nint main(void) { return synthase_serve(synthase_entry, %d); }\n", wanted);
    return 0;
}
