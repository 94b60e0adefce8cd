// JSON, frames and the conversation. Memory of a call is given back only when the process ends, because a
// result may lie within it.
#include "driver.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FRAME = 8 << 20 };

// ---- texts that grow ---------------------------------------------------------------------------

struct text {
    char *bytes;
    size_t length, space;
};

static void *room(void *old, size_t size) {
    void *bytes = realloc(old, size ? size : 1);
    if (bytes == NULL) abort();
    return bytes;
}

static void add(struct text *out, const char *bytes, size_t length) {
    if (out->length + length + 1 > out->space) {
        out->space = 2 * (out->length + length + 1);
        out->bytes = room(out->bytes, out->space);
    }
    memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
    out->bytes[out->length] = 0;
}

static void adds(struct text *out, const char *bytes) { add(out, bytes, strlen(bytes)); }

static void addf(struct text *out, const char *form, ...) {
    char line[128];
    va_list values;
    va_start(values, form);
    int length = vsnprintf(line, sizeof line, form, values);
    va_end(values);
    add(out, line, (size_t)length);
}

// ---- JSON --------------------------------------------------------------------------------------

struct json {
    // 'n' null, 't' or 'f', '0' number, '"' text, '[' list, '{' object (the items are key, value, key, …)
    char kind;
    char *bytes;
    size_t length, count;
    struct json *items;
    // Where it stands in the frame.
    const char *start, *end;
};

struct parser {
    const char *at, *end;
};

static int eat(struct parser *p, char c) {
    while (p->at < p->end && strchr(" \n\r\t", *p->at) && *p->at) p->at++;
    if (p->at == p->end || *p->at != c) return 0;
    p->at++;
    return 1;
}

static void add_point(struct text *out, unsigned point) {
    char b[4];
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length; i-- > 1; point >>= 6) b[i] = (char)(0x80 | (point & 0x3f));
    b[0] = (char)(first[length] | point);
    add(out, b, length);
}

static unsigned code(struct parser *p) {
    char digits[5] = {0};
    for (int i = 0; i < 4 && p->at < p->end; i++) digits[i] = *p->at++;
    return (unsigned)strtoul(digits, NULL, 16);
}

static void parse_text(struct parser *p, struct json *json) {
    struct text out = {0};
    add(&out, "", 0);
    json->kind = '"';
    while (p->at < p->end && *p->at != '"') {
        char c = *p->at++;
        if (c == '\\' && p->at < p->end) {
            c = *p->at++;
            const char *place = strchr("n\nr\rt\tb\bf\f", c);
            if (c == 'u') {
                unsigned point = code(p);
                if (point >= 0xd800 && point < 0xdc00) {
                    p->at += 2;
                    point = 0x10000 + ((point - 0xd800) << 10) + (code(p) - 0xdc00);
                }
                add_point(&out, point);
                continue;
            }
            if (place && strchr("nrtbf", c)) c = place[1];
        }
        add(&out, &c, 1);
    }
    p->at++;
    json->bytes = out.bytes;
    json->length = out.length;
}

static struct json parse(struct parser *p);

static void append(struct json *json, struct json item) {
    // The space is the next power of two.
    if ((json->count & (json->count - 1)) == 0) json->items = room(json->items, (json->count ? 2 * json->count : 1) * sizeof item);
    json->items[json->count++] = item;
}

static struct json parse(struct parser *p) {
    struct json json = {0};
    while (p->at < p->end && *p->at == ' ') p->at++;
    json.start = p->at;
    if (eat(p, '"')) {
        parse_text(p, &json);
    } else if (eat(p, '[')) {
        json.kind = '[';
        while (!eat(p, ']') && p->at < p->end) {
            append(&json, parse(p));
            eat(p, ',');
        }
    } else if (eat(p, '{')) {
        json.kind = '{';
        while (!eat(p, '}') && eat(p, '"')) {
            struct json key = {0};
            parse_text(p, &key);
            append(&json, key);
            eat(p, ':');
            append(&json, parse(p));
            eat(p, ',');
        }
    } else {
        struct text word = {0};
        add(&word, "", 0);
        while (p->at < p->end && !strchr(",]} \n", *p->at)) add(&word, p->at++, 1);
        char first = word.bytes[0];
        json.kind = first == 'n' || first == 't' || first == 'f' ? first : '0';
        json.bytes = word.bytes;
        json.length = word.length;
    }
    json.end = p->at;
    return json;
}

static const struct json *get(const struct json *json, const char *key) {
    for (size_t i = 0; json && json->kind == '{' && i < json->count; i += 2) {
        if (strcmp(json->items[i].bytes, key) == 0) return &json->items[i + 1];
    }
    return NULL;
}

static int is_text(const struct json *json, const char *text) { return json && json->kind == '"' && strcmp(json->bytes, text) == 0; }

// The length of the character at a place, or 0 if it is no UTF-8.
static size_t character(const unsigned char *at, const unsigned char *end) {
    unsigned a = at[0], b = at + 1 < end ? at[1] : 0;
    size_t length = a < 0x80 ? 1 : a >= 0xc2 && a < 0xe0 ? 2 : a >= 0xe0 && a < 0xf0 ? 3 : a >= 0xf0 && a < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < length; i++) {
        if (at + i >= end || (at[i] & 0xc0) != 0x80) return 0;
    }
    return (a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f) || (a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f) ? 0 : length;
}

static int quote(struct text *out, const char *bytes, size_t count) {
    const unsigned char *at = (const unsigned char *)bytes, *end = at + count;
    int valid = 1;
    adds(out, "\"");
    while (at < end) {
        size_t length = character(at, end);
        if (length == 0) {
            valid = 0;
            adds(out, "\xef\xbf\xbd");
        } else if (*at == '"' || *at == '\\') {
            addf(out, "\\%c", *at);
        } else if (*at < 0x20) {
            addf(out, "\\u%04x", *at);
        } else {
            add(out, (const char *)at, length);
        }
        at += length ? length : 1;
    }
    adds(out, "\"");
    return valid;
}

// ---- arguments ---------------------------------------------------------------------------------

enum { MAX_ARGS = 16 };

// What a call may change, to be shown afterwards.
struct kept {
    char kind;
    unsigned long size;
    void *items;
    long count;
    void **rows;
    long *sizes;
    int changes;
};

struct synthase_call {
    const struct json *args, *returns;
    size_t count;
    struct kept kept[MAX_ARGS];
    struct text unfit, value, invalid;
    int is_unfit;
};

static void unfit(struct synthase_call *call, const struct json *json, const char *type) {
    if (call->is_unfit) return;
    call->is_unfit = 1;
    size_t length = (size_t)(json->end - json->start);
    add(&call->unfit, json->start, length < 200 ? length : 200);
    adds(&call->unfit, " does not fit ");
    adds(&call->unfit, type);
}

int synthase_is_unfit(struct synthase_call *call) { return call->is_unfit; }
long synthase_count(struct synthase_call *call, int index) { return call->kept[index].count; }

static const struct json *number(const struct json *json) {
    const struct json *large = get(json, "$int");
    return large ? large : json->kind == '0' ? json : NULL;
}

static void fill(struct synthase_call *call, const struct json *json, char kind, unsigned long size, void *place) {
    const struct json *digits = number(json);
    char *end = NULL;
    errno = 0;
    if (kind == 'b' && (json->kind == 't' || json->kind == 'f')) {
        *(_Bool *)place = json->kind == 't';
    } else if (kind == 'c' && json->kind == '"' && json->length == 1) {
        *(char *)place = json->bytes[0];
    } else if (kind == 's' && json->kind == '"' && strlen(json->bytes) == json->length) {
        *(char **)place = strdup(json->bytes);
    } else if (kind == 'd' || kind == 'f') {
        const struct json *special = get(json, "$float");
        double x = special ? strtod(special->bytes, NULL) : digits ? strtod(digits->bytes, NULL) : 0;
        if (!special && !digits) unfit(call, json, "double");
        else if (kind == 'd') *(double *)place = x;
        else *(float *)place = (float)x;
    } else if (kind == 'i' || kind == 'u' || kind == 'c') {
        int truth = json->kind == 't' || json->kind == 'f';
        int whole = truth || (digits && digits->length && strspn(digits->bytes, "-0123456789") == digits->length);
        long long low = truth ? json->kind == 't' : whole ? strtoll(digits->bytes, &end, 10) : 0;
        unsigned long long high = (unsigned long long)low;
        int fits = whole && errno == 0;
        if (kind == 'u') {
            errno = 0;
            if (whole && !truth) high = strtoull(digits->bytes, &end, 10);
            fits = whole && errno == 0 && (truth || digits->bytes[0] != '-') && (size == 8 || high < 1ULL << (8 * size));
        } else if (size < 8) {
            fits = fits && low >= -(1LL << (8 * size - 1)) && low < 1LL << (8 * size - 1);
        }
        if (!fits) unfit(call, json, kind == 'u' ? "an unsigned integer of that size" : "an integer of that size");
        else if (size == 1) *(uint8_t *)place = (uint8_t)high;
        else if (size == 2) *(uint16_t *)place = (uint16_t)high;
        else if (size == 4) *(uint32_t *)place = (uint32_t)high;
        else *(uint64_t *)place = high;
    } else {
        unfit(call, json, kind == 'b' ? "bool" : kind == 's' ? "char *" : "char");
    }
}

void synthase_scalar(struct synthase_call *call, int index, char kind, unsigned long size, void *place) {
    fill(call, &call->args[index], kind, size, place);
}

char *synthase_text(struct synthase_call *call, int index, int changes) {
    struct kept *kept = &call->kept[index];
    char **place = room(NULL, sizeof *place);
    *place = NULL;
    fill(call, &call->args[index], 's', sizeof *place, place);
    *kept = (struct kept){.kind = 't', .items = *place, .changes = changes};
    return *place;
}

// The items of a list; bytes become numbers.
static const struct json *items(struct synthase_call *call, const struct json *json, size_t *count) {
    const struct json *inner = get(json, "$set"), *hex = get(json, "$bytes");
    if (!inner) inner = get(json, "$tuple");
    if (!inner) inner = json;
    if (hex) {
        struct json list = {.kind = '['};
        for (size_t i = 0; i + 1 < hex->length; i += 2) {
            char digits[3] = {hex->bytes[i], hex->bytes[i + 1], 0};
            struct text shown = {0};
            addf(&shown, "%lu", strtoul(digits, NULL, 16));
            append(&list, (struct json){.kind = '0', .bytes = shown.bytes, .length = shown.length, .start = shown.bytes, .end = shown.bytes + shown.length});
        }
        *count = list.count;
        return list.items;
    }
    *count = 0;
    if (inner->kind != '[') unfit(call, json, "a list");
    else *count = inner->count;
    return inner->items;
}

static void *fill_list(struct synthase_call *call, const struct json *json, char kind, unsigned long size, long *count) {
    size_t length;
    const struct json *from = items(call, json, &length);
    // One more than needed, so that texts of characters end.
    char *out = calloc(length + 1, size);
    if (out == NULL) abort();
    for (size_t i = 0; i < length; i++) fill(call, &from[i], kind, size, out + i * size);
    *count = (long)length;
    return out;
}

void *synthase_list(struct synthase_call *call, int index, char kind, unsigned long size, int changes) {
    struct kept *kept = &call->kept[index];
    *kept = (struct kept){.kind = kind, .size = size, .changes = changes};
    kept->items = fill_list(call, &call->args[index], kind, size, &kept->count);
    return kept->items;
}

void *synthase_rows(struct synthase_call *call, int index, char kind, unsigned long size, int changes) {
    struct kept *kept = &call->kept[index];
    size_t length;
    const struct json *from = items(call, &call->args[index], &length);
    *kept = (struct kept){.kind = kind, .size = size, .count = (long)length, .changes = changes};
    kept->rows = room(NULL, length * sizeof *kept->rows);
    kept->sizes = room(NULL, length * sizeof *kept->sizes);
    for (size_t i = 0; i < length; i++) kept->rows[i] = fill_list(call, &from[i], kind, size, &kept->sizes[i]);
    // The program may move rows about, but not lose them.
    return kept->rows;
}

static long long integer_at(const void *place, char kind, unsigned long size) {
    switch (size) {
        case 1: return kind == 'u' ? *(const uint8_t *)place : *(const int8_t *)place;
        case 2: return kind == 'u' ? *(const uint16_t *)place : *(const int16_t *)place;
        case 4: return kind == 'u' ? (long long)*(const uint32_t *)place : *(const int32_t *)place;
        default: return *(const int64_t *)place;
    }
}

void *synthase_sizes(struct synthase_call *call, int index, unsigned long size) {
    struct kept *kept = &call->kept[index];
    char *out = calloc((size_t)kept->count + 1, size);
    if (out == NULL) abort();
    for (long i = 0; i < kept->count; i++) {
        if (size == 4) ((int32_t *)out)[i] = (int32_t)kept->sizes[i];
        else if (size == 8) ((int64_t *)out)[i] = kept->sizes[i];
        else unfit(call, &call->args[index], "lengths of that size");
    }
    return out;
}

// ---- results -----------------------------------------------------------------------------------

static void write_value(struct synthase_call *call, struct text *out, char kind, unsigned long size, const void *place, const struct json *type) {
    if (kind == 'b') {
        adds(out, *(const _Bool *)place ? "true" : "false");
    } else if (kind == 's' && *(char *const *)place == NULL) {
        adds(out, "null");
    } else if (kind == 's' || (kind == 'c' && !is_text(type, "int") && !is_text(type, "bool"))) {
        const char *bytes = kind == 's' ? *(char *const *)place : place;
        if (!quote(out, bytes, kind == 's' ? strlen(bytes) : 1)) adds(&call->invalid, call->invalid.length ? "" : "a text that is not UTF-8");
    } else if (kind == 'd' || kind == 'f') {
        double x = kind == 'd' ? *(const double *)place : *(const float *)place;
        char digits[64];
        if (!isfinite(x)) {
            adds(out, isnan(x) ? "{\"$float\":\"nan\"}" : x > 0 ? "{\"$float\":\"inf\"}" : "{\"$float\":\"-inf\"}");
            return;
        }
        for (int precision = 15; precision <= 17; precision++) {
            snprintf(digits, sizeof digits, "%.*g", precision, x);
            if (strtod(digits, NULL) == x) break;
        }
        adds(out, digits);
        // `1` would read as an integer.
        if (!strpbrk(digits, ".e")) adds(out, ".0");
    } else {
        long long n = integer_at(place, kind, size);
        // In C before `bool`, and often since, truth is an int.
        if (is_text(type, "bool") && (n == 0 || n == 1)) adds(out, n ? "true" : "false");
        else if (kind == 'u' && size == 8 && n < 0) addf(out, "{\"$int\":\"%llu\"}", (unsigned long long)n);
        // Larger ones are not exact as a double.
        else if (n < -(1LL << 53) || n > 1LL << 53) addf(out, "{\"$int\":\"%lld\"}", n);
        else addf(out, "%lld", n);
    }
}

static void write_list(struct synthase_call *call, struct text *out, char kind, unsigned long size, const void *list, long count, const struct json *type) {
    const struct json *inner = get(type, "list"), *set = get(type, "set");
    adds(out, set ? "{\"$set\":[" : "[");
    for (long i = 0; i < count; i++) {
        if (i) adds(out, ",");
        write_value(call, out, kind, size, (const char *)list + (unsigned long)i * size, inner ? inner : set);
    }
    adds(out, set ? "]}" : "]");
}

void synthase_give(struct synthase_call *call, char kind, unsigned long size, const void *place) {
    write_value(call, &call->value, kind, size, place, call->returns);
}

void synthase_give_list(struct synthase_call *call, char kind, unsigned long size, const void *list, long count) {
    if (list == NULL && count != 0) adds(&call->value, "null");
    else write_list(call, &call->value, kind, size, list, count, call->returns);
}

void synthase_give_rows(struct synthase_call *call, char kind, unsigned long size, const void *rows, long count, const void *sizes, unsigned long of_size) {
    adds(&call->value, "[");
    for (long i = 0; i < count; i++) {
        if (i) adds(&call->value, ",");
        long length = (long)integer_at((const char *)sizes + (unsigned long)i * of_size, 'i', of_size);
        write_list(call, &call->value, kind, size, ((void *const *)rows)[i], length, get(call->returns, "list"));
    }
    adds(&call->value, "]");
}

static void write_after(struct synthase_call *call, struct text *out, size_t index) {
    struct kept *kept = &call->kept[index];
    const struct json *json = &call->args[index];
    if (!kept->changes || get(json, "$bytes") || get(json, "$set") || get(json, "$tuple")) {
        if (kept->changes) adds(out, "null");
        else add(out, json->start, (size_t)(json->end - json->start));
    } else if (kept->kind == 't') {
        write_value(call, out, 's', sizeof(char *), &kept->items, NULL);
    } else if (kept->rows == NULL) {
        write_list(call, out, kept->kind, kept->size, kept->items, kept->count, NULL);
    } else {
        adds(out, "[");
        for (long i = 0; i < kept->count; i++) {
            if (i) adds(out, ",");
            write_list(call, out, kept->kind, kept->size, kept->rows[i], kept->sizes[i], NULL);
        }
        adds(out, "]");
    }
}

// ---- the conversation --------------------------------------------------------------------------

static void read_exactly(char *to, size_t count) {
    while (count > 0) {
        ssize_t got = read(3, to, count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) _exit(0);
        to += got;
        count -= (size_t)got;
    }
}

static void send(const struct text *body) {
    unsigned char head[4];
    for (int i = 0; i < 4; i++) head[i] = (unsigned char)(body->length >> (8 * i));
    struct text frame = {0};
    add(&frame, (char *)head, 4);
    add(&frame, body->bytes, body->length);
    for (size_t at = 0; at < frame.length;) {
        ssize_t put = write(3, frame.bytes + at, frame.length - at);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) _exit(0);
        at += (size_t)put;
    }
    free(frame.bytes);
}

static void answer(struct text *out, void (*entry)(struct synthase_call *), int count, const struct json *args, const struct json *returns, int after) {
    struct synthase_call call = {.args = args->items, .returns = returns, .count = args->count};
    if (args->count != (size_t)count) {
        adds(out, "{\"unfit\":\"it takes another number of arguments\"}");
        return;
    }
    entry(&call);
    adds(out, "{");
    if (call.is_unfit) {
        adds(out, "\"unfit\":");
        quote(out, call.unfit.bytes, call.unfit.length);
    } else if (call.invalid.length) {
        adds(out, "\"invalid\":");
        quote(out, call.invalid.bytes, call.invalid.length);
    } else if (call.value.length > MAX_FRAME) {
        adds(out, "\"invalid\":\"more than 8 MiB\"");
    } else {
        adds(out, "\"value\":");
        add(out, call.value.bytes, call.value.length);
    }
    if (after && !call.is_unfit) {
        adds(out, ",\"after\":[");
        for (size_t i = 0; i < call.count; i++) {
            if (i) adds(out, ",");
            call.invalid.length = 0;
            struct text shown = {0};
            write_after(&call, &shown, i);
            adds(out, call.invalid.length ? "null" : shown.bytes);
        }
        adds(out, "]");
    }
    adds(out, "}");
}

static void answers(struct text *out, void (*entry)(struct synthase_call *), int count, const struct json *calls, const struct json *returns, int after) {
    size_t start = out->length;
    adds(out, "\"answers\":[");
    for (size_t i = 0; i < calls->count; i++) {
        if (i) adds(out, ",");
        answer(out, entry, count, &calls->items[i], returns, after);
        if (out->length - start > MAX_FRAME) {
            out->length = start;
            adds(out, calls->count > 1 ? "\"split\":true" : "\"answers\":[{\"invalid\":\"more than 8 MiB\"}]");
            return;
        }
    }
    adds(out, "]");
}

int synthase_serve(void (*entry)(struct synthase_call *), int count) {
    struct json nonce = {0}, types = {0};
    for (;;) {
        unsigned char head[4];
        read_exactly((char *)head, 4);
        size_t length = head[0] | head[1] << 8 | head[2] << 16 | (size_t)head[3] << 24;
        char *frame = room(NULL, length + 1);
        read_exactly(frame, length);
        frame[length] = 0;
        struct parser parser = {frame, frame + length};
        struct json question = parse(&parser);
        const struct json *calls = get(&question, "calls"), *op = get(&question, "op"), *after = get(&question, "after"), *seq = get(&question, "seq");
        if (get(&question, "nonce")) nonce = *get(&question, "nonce");
        if (get(&question, "types")) types = *get(&question, "types");
        struct text body = {0};
        adds(&body, "{\"nonce\":");
        quote(&body, nonce.bytes, nonce.length);
        addf(&body, ",\"seq\":%.32s,", seq ? seq->bytes : "0");
        int loads = is_text(op, "load");
        if (is_text(op, "hello")) adds(&body, "\"ready\":true");
        else if (!entry) adds(&body, "\"missing\":true");
        else if (loads) adds(&body, calls ? "\"loaded\":true," : "\"loaded\":true");
        if (entry && calls) answers(&body, entry, count, calls, get(&types, "returns"), after && after->kind == 't');
        adds(&body, "}");
        fflush(NULL);
        send(&body);
        free(body.bytes);
    }
}
