// The C++ end of the conversation between the broker and a program, as a header that is compiled once and
// put before every program. Values are converted by the types that the program itself declares, so
// `const vector<int>&`, `string_view` or `optional<double>` are all understood. The entry point is a
// function of the global namespace or a method of `class Solution`.
#pragma once

#include <bits/stdc++.h>

namespace synthase {

inline constexpr int MAX_DEPTH = 40;
inline constexpr std::size_t MAX_FRAME = 8 << 20;
inline constexpr std::size_t MAX_MESSAGE = 10000;

// What a program is compiled with knows as little as possible: every function of the standard library that is
// used here is compiled again for each program.

struct Json;

/// The items of a list, a set, a tuple or bytes.
struct Items {
    Items(const Json& json, const char* type);
    ~Items();
    const Json* first;
    std::size_t count;
    Json* own = nullptr;
};

/// The keys and values of a map, in turn.
struct Entries {
    explicit Entries(const Json& json);
    ~Entries();
    const Json** first;
    std::size_t count;
    Json* own = nullptr;
};

/// The text of a value, as far as it has been written.
struct Out {
    void raw(const char* text);
    /// Counts a level of nesting; the text is the opening bracket.
    void open(const char* text);
    void close(const char* text);
    void text(const char* bytes, std::size_t length);
    void integer(long long value);
    void natural(unsigned long long value);
    void digits(const char* digits, std::size_t length);
    void number(double value);
    void any(const std::any& value);
    int depth;
    std::string* written;
};

/// An argument that cannot become what the entry point declares.
struct Unfit {
    std::string why;
};

/// A result that has no form as a value.
struct Invalid {
    std::string why;
};

[[noreturn]] void unfit(const Json& json, const char* type);
[[noreturn]] void unfit(const Json& json, const std::type_info& type);
bool is_null(const Json& json);
bool to_bool(const Json& json);
char to_char(const Json& json);
long long to_integer(const Json& json, long long low, long long high, const std::type_info& type);
unsigned long long to_natural(const Json& json, unsigned long long high, const std::type_info& type);
/// The digits of an integer of any size, with its sign.
const char* to_digits(const Json& json);
double to_double(const Json& json);
std::string to_string(const Json& json);
std::any to_any(const Json& json);
/// One of several that follow each other.
const Json& item(const Json* first, std::size_t index);
/// What is in a present optional.
const Json& to_present(const Json& json);

template <class T, template <class...> class Of> inline constexpr bool is_a = false;
template <template <class...> class Of, class... A> inline constexpr bool is_a<Of<A...>, Of> = true;

template <class T> concept Sequence = is_a<T, std::vector> || is_a<T, std::deque> || is_a<T, std::list>;
template <class T> concept SetLike = is_a<T, std::set> || is_a<T, std::unordered_set> || is_a<T, std::multiset>;
template <class T> concept MapLike = is_a<T, std::map> || is_a<T, std::unordered_map>;
template <class T> concept TupleLike = is_a<T, std::tuple> || is_a<T, std::pair>;
template <class T> concept Pointer = is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>;
template <class T> concept Adapter = is_a<T, std::stack> || is_a<T, std::queue> || is_a<T, std::priority_queue>;
template <class T> inline constexpr bool is_array = false;
template <class T, std::size_t N> inline constexpr bool is_array<std::array<T, N>> = true;
#ifdef __SIZEOF_INT128__
template <class T> inline constexpr bool is_wide = std::is_same_v<T, __int128> || std::is_same_v<T, unsigned __int128>;
#else
template <class T> inline constexpr bool is_wide = false;
#endif
template <class> inline constexpr bool none = false;

// ---- JSON to arguments -----------------------------------------------------------------------

template <class T> T from(const Json& json);

template <class T, std::size_t... I> T tuple_from(const Json* items, std::index_sequence<I...>) {
    return T{from<std::tuple_element_t<I, T>>(item(items, I))...};
}

template <class T> T wide_from(const Json& json) {
    const char* digits = to_digits(json);
    bool negative = *digits == '-';
    T value = 0;
    for (digits += negative; *digits; digits++) {
        T next, digit = *digits - '0';
        if (__builtin_mul_overflow(value, T(10), &next)) unfit(json, "__int128");
        if (negative ? __builtin_sub_overflow(next, digit, &value) : __builtin_add_overflow(next, digit, &value)) unfit(json, "__int128");
    }
    return value;
}

template <class V, std::size_t I = 0> V variant_from(const Json& json) {
    if constexpr (I == std::variant_size_v<V>) {
        unfit(json, typeid(V));
    } else {
        try {
            return V(std::in_place_index<I>, from<std::variant_alternative_t<I, V>>(json));
        } catch (const Unfit&) {
            return variant_from<V, I + 1>(json);
        }
    }
}

template <class T> T from(const Json& json) {
    if constexpr (std::is_same_v<T, bool>) {
        return to_bool(json);
    } else if constexpr (std::is_same_v<T, char>) {
        return to_char(json);
    } else if constexpr (is_wide<T>) {
        return wide_from<T>(json);
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
        return static_cast<T>(to_integer(json, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), typeid(T)));
    } else if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(to_natural(json, std::numeric_limits<T>::max(), typeid(T)));
    } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(to_double(json));
    } else if constexpr (std::is_same_v<T, std::string>) {
        return to_string(json);
    } else if constexpr (std::is_same_v<T, std::any>) {
        return to_any(json);
    } else if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, std::nullptr_t>) {
        if (!is_null(json)) unfit(json, "null");
        return T{};
    } else if constexpr (is_a<T, std::optional>) {
        if (is_null(json)) return T{};
        return T{from<typename T::value_type>(to_present(json))};
    } else if constexpr (Pointer<T>) {
        if (is_null(json)) return T{};
        return T{new typename T::element_type(from<typename T::element_type>(json))};
    } else if constexpr (is_a<T, std::variant>) {
        return variant_from<T>(json);
    } else if constexpr (Sequence<T>) {
        Items items(json, "a sequence");
        T out;
        for (std::size_t i = 0; i < items.count; i++) out.push_back(from<typename T::value_type>(item(items.first, i)));
        return out;
    } else if constexpr (SetLike<T>) {
        Items items(json, "a set");
        T out;
        for (std::size_t i = 0; i < items.count; i++) out.insert(from<typename T::value_type>(item(items.first, i)));
        return out;
    } else if constexpr (Adapter<T>) {
        Items items(json, "a sequence");
        T out;
        for (std::size_t i = 0; i < items.count; i++) out.push(from<typename T::value_type>(item(items.first, i)));
        return out;
    } else if constexpr (is_array<T>) {
        Items items(json, "an array");
        T out{};
        if (items.count != out.size()) unfit(json, "an array of another length");
        for (std::size_t i = 0; i < items.count; i++) out[i] = from<typename T::value_type>(item(items.first, i));
        return out;
    } else if constexpr (MapLike<T>) {
        Entries entries(json);
        T out;
        for (std::size_t i = 0; i < entries.count; i++) {
            out.insert_or_assign(from<typename T::key_type>(*entries.first[2 * i]), from<typename T::mapped_type>(*entries.first[2 * i + 1]));
        }
        return out;
    } else if constexpr (TupleLike<T>) {
        constexpr std::size_t size = std::tuple_size_v<T>;
        Items items(json, "a tuple");
        if (items.count != size) unfit(json, "a tuple of another length");
        return tuple_from<T>(items.first, std::make_index_sequence<size>());
    } else {
        static_assert(none<T>, "there is no plain data for this type");
    }
}

// ---- results to JSON -------------------------------------------------------------------------

template <class T> void write(Out& out, const T& value);

template <class Values> void write_items(Out& out, const char* open, const Values& values, const char* close) {
    out.open(open);
    bool first = true;
    for (const auto& value : values) {
        if (!first) out.raw(",");
        first = false;
        write<typename Values::value_type>(out, value);
    }
    out.close(close);
}

template <class T> void write_wide(Out& out, T value) {
    char digits[48];
    std::size_t start = sizeof digits;
    bool negative = value < 0;
    do {
        int digit = static_cast<int>(value % 10);
        digits[--start] = static_cast<char>('0' + (digit < 0 ? -digit : digit));
        value /= 10;
    } while (value != 0);
    if (negative) digits[--start] = '-';
    out.digits(digits + start, sizeof digits - start);
}

template <class T, std::size_t... I> void write_tuple(Out& out, const T& value, std::index_sequence<I...>) {
    out.open("{\"$tuple\":[");
    ((I ? out.raw(",") : void(), write<std::tuple_element_t<I, T>>(out, std::get<I>(value))), ...);
    out.close("]}");
}

template <class T> void write(Out& out, const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        out.raw(value ? "true" : "false");
    } else if constexpr (std::is_same_v<T, char>) {
        out.text(&value, 1);
    } else if constexpr (is_wide<T>) {
        write_wide(out, value);
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
        out.integer(value);
    } else if constexpr (std::is_integral_v<T>) {
        out.natural(value);
    } else if constexpr (std::is_floating_point_v<T>) {
        out.number(static_cast<double>(value));
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
        out.text(value.data(), value.size());
    } else if constexpr (std::is_same_v<T, const char*> || std::is_same_v<T, char*>) {
        if (value) out.text(value, std::strlen(value));
        else out.raw("null");
    } else if constexpr (std::is_same_v<T, std::any>) {
        out.any(value);
    } else if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::nullopt_t>) {
        out.raw("null");
    } else if constexpr (is_a<T, std::optional>) {
        // Only a present optional that holds an optional needs a mark.
        constexpr bool mark = is_a<typename T::value_type, std::optional>;
        if (!value) return out.raw("null");
        if (mark) out.raw("{\"$some\":");
        write(out, *value);
        if (mark) out.raw("}");
    } else if constexpr (Pointer<T>) {
        if (value) write(out, *value);
        else out.raw("null");
    } else if constexpr (is_a<T, std::variant>) {
        std::visit([&](const auto& held) { write(out, held); }, value);
    } else if constexpr (Sequence<T> || is_array<T>) {
        write_items(out, "[", value, "]");
    } else if constexpr (SetLike<T>) {
        write_items(out, "{\"$set\":[", value, "]}");
    } else if constexpr (Adapter<T>) {
        // In the order in which the items come out of a queue, and went into a stack.
        T copy = value;
        std::vector<typename T::value_type> items;
        for (; !copy.empty(); copy.pop()) {
            if constexpr (is_a<T, std::queue>) items.push_back(copy.front());
            else items.push_back(copy.top());
        }
        if constexpr (is_a<T, std::stack>) std::reverse(items.begin(), items.end());
        write(out, items);
    } else if constexpr (MapLike<T>) {
        out.open("{\"$map\":[");
        bool first = true;
        for (const auto& [key, held] : value) {
            out.raw(first ? "[" : ",[");
            first = false;
            write(out, key);
            out.raw(",");
            write(out, held);
            out.raw("]");
        }
        out.close("]}");
    } else if constexpr (TupleLike<T>) {
        write_tuple(out, value, std::make_index_sequence<std::tuple_size_v<T>>());
    } else {
        static_assert(none<T>, "there is no plain data for this type");
    }
}

// ---- arguments -------------------------------------------------------------------------------

/// Where an argument is kept while the entry point runs.
template <class P> struct Slot {
    using Kept = std::remove_cvref_t<P>;
    static constexpr bool changes = std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>;
    Kept kept;
    explicit Slot(const Json& json) : kept(from<Kept>(json)) {}
    P pass() {
        if constexpr (std::is_lvalue_reference_v<P>) return kept;
        else return std::move(kept);
    }
    void write_after(Out& out) const {
        if constexpr (changes) write(out, kept);
    }
};

template <> struct Slot<std::string_view> {
    static constexpr bool changes = false;
    std::string kept;
    explicit Slot(const Json& json) : kept(to_string(json)) {}
    std::string_view pass() { return kept; }
    void write_after(Out&) const {}
};

template <> struct Slot<const std::string_view&> : Slot<std::string_view> {
    std::string_view view;
    explicit Slot(const Json& json) : Slot<std::string_view>(json) {}
    const std::string_view& pass() { return view = kept; }
};

template <class C> requires(std::is_same_v<std::remove_const_t<C>, char>) struct Slot<C*> {
    static constexpr bool changes = !std::is_const_v<C>;
    std::string kept;
    explicit Slot(const Json& json) : kept(to_string(json)) {
        if (std::strlen(kept.data()) != kept.size()) unfit(json, "char*");
    }
    C* pass() { return kept.data(); }
    void write_after(Out& out) const { out.text(kept.data(), std::strlen(kept.data())); }
};

template <class T> requires(!std::is_same_v<std::remove_const_t<T>, char>) struct Slot<T*> {
    using Kept = std::remove_const_t<T>;
    static constexpr bool changes = !std::is_const_v<T>;
    Kept kept;
    explicit Slot(const Json& json) : kept(from<Kept>(json)) {}
    T* pass() { return &kept; }
    void write_after(Out& out) const { write(out, kept); }
};

template <class T> struct Slot<std::span<T>> {
    static constexpr bool changes = !std::is_const_v<T>;
    std::vector<std::remove_const_t<T>> kept;
    explicit Slot(const Json& json) : kept(from<std::vector<std::remove_const_t<T>>>(json)) {}
    std::span<T> pass() { return kept; }
    void write_after(Out& out) const { write(out, kept); }
};

// ---- the call --------------------------------------------------------------------------------

/// A call with its arguments.
struct Prepared {
    virtual ~Prepared();
    /// Runs the entry point and writes its result.
    virtual void run(Out& out) = 0;
    /// Writes an argument as the call left it; tells whether it could be changed at all.
    virtual bool write_after(Out& out, std::size_t index) const = 0;
};

/// Makes a call from its arguments, and throws `Unfit`. An empty one is a missing entry point.
struct Call {
    Prepared* (*make)(const Call& call, const Json* args) = nullptr;
    std::size_t count = 0;
    /// A pointer to a function or a method.
    alignas(std::max_align_t) unsigned char entry[2 * sizeof(void*)] = {};
};

template <std::size_t I, class P> struct Held {
    Slot<P> slot;
    explicit Held(const Json& json) : slot(json) {}
};

template <class F, class R, class Indices, class... A> struct Taken;

template <class F, class R, std::size_t... I, class... A>
struct Taken<F, R, std::index_sequence<I...>, A...> final : Prepared, Held<I, A>... {
    F entry;
    Taken(F entry, const Json* args) : Held<I, A>(item(args, I))..., entry(entry) {}
    void run(Out& out) override {
        if constexpr (std::is_void_v<R>) {
            entry(static_cast<Held<I, A>&>(*this).slot.pass()...);
            out.raw("null");
        } else {
            // What it refers to lives as long as the arguments.
            R result = entry(static_cast<Held<I, A>&>(*this).slot.pass()...);
            write<std::remove_cvref_t<R>>(out, result);
        }
    }
    bool write_after(Out& out, std::size_t index) const override {
        return ((index == I && Slot<A>::changes && (static_cast<const Held<I, A>&>(*this).slot.write_after(out), true)) || ...);
    }
};

/// A method, called on a fresh object.
template <class M, class S> struct Method {
    M method;
    template <class... A> decltype(auto) operator()(A&&... args) { return (S().*method)(static_cast<A&&>(args)...); }
};

template <class R, class... A, class F> Call make_call(F entry) {
    static_assert(sizeof entry <= sizeof Call::entry && std::is_trivially_copyable_v<F>);
    Call call;
    call.count = sizeof...(A);
    __builtin_memcpy(call.entry, &entry, sizeof entry);
    call.make = [](const Call& call, const Json* args) -> Prepared* {
        F entry;
        __builtin_memcpy(&entry, call.entry, sizeof entry);
        return new Taken<F, R, std::index_sequence_for<A...>, A...>(entry, args);
    };
    return call;
}

/// What no program has. A function with these parameters stands in for an entry point, so that its name
/// always means something; they are more than an entry point may have.
struct Never {};
#define SYNTHASE_NEVER synthase::Never, synthase::Never, synthase::Never, synthase::Never, synthase::Never, synthase::Never, synthase::Never, synthase::Never, synthase::Never, ...

template <int> struct Count {};

// Of several functions with one name, the one with the right number of parameters is taken. If there is only
// one with another number, the program cannot be compiled together with the call.
#define SYNTHASE_ENTRY(COUNT, TEMPLATE, TYPES, ARGS)                                                                  \
    template <class R TEMPLATE> Call find(Count<COUNT>, R (*entry) TYPES, int) { return make_call<R ARGS>(entry); }   \
    template <class S, class R TEMPLATE> Call find(Count<COUNT>, R (S::*entry) TYPES, int) {                          \
        return make_call<R ARGS>(Method<decltype(entry), S>{entry});                                                  \
    }                                                                                                                 \
    template <class S, class R TEMPLATE> Call find(Count<COUNT>, R (S::*entry) TYPES const, int) {                    \
        return make_call<R ARGS>(Method<decltype(entry), S>{entry});                                                  \
    }                                                                                                                 \
    template <int N, class R TEMPLATE> Call find(Count<N>, R (*) TYPES, long) {                                       \
        static_assert(none<R>, "the entry point has another number of parameters");                                   \
        return {};                                                                                                    \
    }                                                                                                                 \
    template <int N, class S, class R TEMPLATE> Call find(Count<N>, R (S::*) TYPES, long) {                           \
        static_assert(none<R>, "the entry point has another number of parameters");                                   \
        return {};                                                                                                    \
    }
#define SYNTHASE_LIST(...) __VA_ARGS__
SYNTHASE_ENTRY(0, , (), )
SYNTHASE_ENTRY(1, SYNTHASE_LIST(, class A), (A), SYNTHASE_LIST(, A))
SYNTHASE_ENTRY(2, SYNTHASE_LIST(, class A, class B), (A, B), SYNTHASE_LIST(, A, B))
SYNTHASE_ENTRY(3, SYNTHASE_LIST(, class A, class B, class C), (A, B, C), SYNTHASE_LIST(, A, B, C))
SYNTHASE_ENTRY(4, SYNTHASE_LIST(, class A, class B, class C, class D), (A, B, C, D), SYNTHASE_LIST(, A, B, C, D))
SYNTHASE_ENTRY(5, SYNTHASE_LIST(, class A, class B, class C, class D, class E), (A, B, C, D, E), SYNTHASE_LIST(, A, B, C, D, E))
SYNTHASE_ENTRY(6, SYNTHASE_LIST(, class A, class B, class C, class D, class E, class F), (A, B, C, D, E, F), SYNTHASE_LIST(, A, B, C, D, E, F))
SYNTHASE_ENTRY(7, SYNTHASE_LIST(, class A, class B, class C, class D, class E, class F, class G), (A, B, C, D, E, F, G), SYNTHASE_LIST(, A, B, C, D, E, F, G))
SYNTHASE_ENTRY(8, SYNTHASE_LIST(, class A, class B, class C, class D, class E, class F, class G, class H), (A, B, C, D, E, F, G, H), SYNTHASE_LIST(, A, B, C, D, E, F, G, H))
#undef SYNTHASE_ENTRY
#undef SYNTHASE_LIST

/// Only what stands in for a missing entry point.
template <int N> Call find(Count<N>, void (*)(SYNTHASE_NEVER), ...) { return {}; }

/// Answers the broker's questions until there are no more. An empty call is a missing entry point.
void serve(const Call& call);

}  // namespace synthase
