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

struct Json {
    enum Kind { Null, Bool, Number, Text, List, Object };
    Kind kind = Null;
    bool truth = false;
    /// The digits of a number as they stand, or a text.
    std::string text;
    std::vector<Json> items;
    std::vector<std::pair<std::string, Json>> pairs;

    const Json* get(std::string_view key) const;
    std::string shown() const;
};

/// An argument that cannot become what the entry point declares.
struct Unfit {
    std::string why;
};

/// A result that has no form as a value.
struct Invalid {
    std::string why;
};

[[noreturn]] void unfit(const Json& json, const std::string& type);
std::string type_name(const std::type_info& type);
void write_text(std::string& out, std::string_view text);
void write_quoted(std::string& out, std::string_view text);
void write_double(std::string& out, double value);
void write_integer(std::string& out, const std::string& digits);
double to_double(const Json& json);
std::string_view to_digits(const Json& json, const char* type);
const std::vector<Json>& to_items(const Json& json, std::vector<Json>& bytes, const char* type);
std::any to_any(const Json& json);
void write_any(std::string& out, const std::any& value, int depth);

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

template <class T, std::size_t... I> T tuple_from(const Json& json, std::index_sequence<I...>) {
    const Json* inner = json.get("$tuple");
    const Json& list = inner ? *inner : json;
    if (list.kind != Json::List || list.items.size() != sizeof...(I)) unfit(json, "a tuple of another length");
    return T{from<std::tuple_element_t<I, T>>(list.items[I])...};
}

template <class T> T wide_from(const Json& json) {
    std::string_view digits = to_digits(json, "__int128");
    bool negative = digits.starts_with('-');
    T value = 0;
    for (char c : digits.substr(negative)) {
        T next;
        if (__builtin_mul_overflow(value, T(10), &next)) unfit(json, "__int128");
        if (negative ? __builtin_sub_overflow(next, T(c - '0'), &value) : __builtin_add_overflow(next, T(c - '0'), &value)) unfit(json, "__int128");
    }
    return value;
}

template <class V, std::size_t I = 0> V variant_from(const Json& json) {
    if constexpr (I == std::variant_size_v<V>) {
        unfit(json, type_name(typeid(V)));
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
        if (json.kind != Json::Bool) unfit(json, "bool");
        return json.truth;
    } else if constexpr (std::is_same_v<T, char>) {
        if (json.kind != Json::Text || json.text.size() != 1) unfit(json, "char");
        return json.text[0];
    } else if constexpr (is_wide<T>) {
        return wide_from<T>(json);
    } else if constexpr (std::is_integral_v<T>) {
        std::string_view digits = to_digits(json, "an integer");
        T value{};
        auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || end != digits.data() + digits.size()) unfit(json, type_name(typeid(T)));
        return value;
    } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(to_double(json));
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (json.kind != Json::Text) unfit(json, "string");
        return json.text;
    } else if constexpr (std::is_same_v<T, std::any>) {
        return to_any(json);
    } else if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, std::nullptr_t>) {
        if (json.kind != Json::Null) unfit(json, "null");
        return T{};
    } else if constexpr (is_a<T, std::optional>) {
        if (json.kind == Json::Null) return T{};
        const Json* inner = json.get("$some");
        return T{from<typename T::value_type>(inner ? *inner : json)};
    } else if constexpr (Pointer<T>) {
        if (json.kind == Json::Null) return T{};
        return T{new typename T::element_type(from<typename T::element_type>(json))};
    } else if constexpr (is_a<T, std::variant>) {
        return variant_from<T>(json);
    } else if constexpr (Sequence<T> || SetLike<T>) {
        std::vector<Json> bytes;
        T out;
        for (const Json& item : to_items(json, bytes, "a sequence")) out.insert(out.end(), from<typename T::value_type>(item));
        return out;
    } else if constexpr (Adapter<T>) {
        std::vector<Json> bytes;
        T out;
        for (const Json& item : to_items(json, bytes, "a sequence")) out.push(from<typename T::value_type>(item));
        return out;
    } else if constexpr (is_array<T>) {
        std::vector<Json> bytes;
        const std::vector<Json>& items = to_items(json, bytes, "an array");
        T out{};
        if (items.size() != out.size()) unfit(json, "an array of another length");
        for (std::size_t i = 0; i < items.size(); i++) out[i] = from<typename T::value_type>(items[i]);
        return out;
    } else if constexpr (MapLike<T>) {
        T out;
        if (const Json* list = json.get("$map")) {
            for (const Json& pair : list->items) {
                out[from<typename T::key_type>(pair.items.at(0))] = from<typename T::mapped_type>(pair.items.at(1));
            }
        } else {
            if (json.kind != Json::Object) unfit(json, "a map");
            for (const auto& [key, value] : json.pairs) {
                Json text;
                text.kind = Json::Text;
                text.text = key;
                out[from<typename T::key_type>(text)] = from<typename T::mapped_type>(value);
            }
        }
        return out;
    } else if constexpr (TupleLike<T>) {
        return tuple_from<T>(json, std::make_index_sequence<std::tuple_size_v<T>>());
    } else {
        static_assert(none<T>, "there is no plain data for this type");
    }
}

// ---- results to JSON -------------------------------------------------------------------------

template <class T> void write(std::string& out, const T& value, int depth);

template <class Items> void write_items(std::string& out, const char* open, const Items& items, const char* close, int depth) {
    if (depth == 0) throw Invalid{"nested deeper than " + std::to_string(MAX_DEPTH) + " levels"};
    out += open;
    bool first = true;
    for (const auto& item : items) {
        if (!first) out += ',';
        first = false;
        write<typename Items::value_type>(out, item, depth - 1);
    }
    out += close;
}

template <class T> void write_wide(std::string& out, T value) {
    std::string digits;
    bool negative = value < 0;
    do {
        int digit = static_cast<int>(value % 10);
        digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
        value /= 10;
    } while (value != 0);
    if (negative) digits += '-';
    std::reverse(digits.begin(), digits.end());
    write_integer(out, digits);
}

template <class T> void write(std::string& out, const T& value, int depth) {
    if constexpr (std::is_same_v<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_same_v<T, char>) {
        write_text(out, std::string_view(&value, 1));
    } else if constexpr (is_wide<T>) {
        write_wide(out, value);
    } else if constexpr (std::is_integral_v<T>) {
        write_integer(out, std::to_string(value));
    } else if constexpr (std::is_floating_point_v<T>) {
        write_double(out, static_cast<double>(value));
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
        write_text(out, value);
    } else if constexpr (std::is_same_v<T, const char*> || std::is_same_v<T, char*>) {
        if (value) write_text(out, value);
        else out += "null";
    } else if constexpr (std::is_same_v<T, std::any>) {
        write_any(out, value, depth);
    } else if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::nullopt_t>) {
        out += "null";
    } else if constexpr (is_a<T, std::optional>) {
        // Only a present optional that holds an optional needs a mark.
        constexpr bool mark = is_a<typename T::value_type, std::optional>;
        if (!value) return void(out += "null");
        if (mark) out += "{\"$some\":";
        write(out, *value, depth);
        if (mark) out += '}';
    } else if constexpr (Pointer<T>) {
        if (value) write(out, *value, depth);
        else out += "null";
    } else if constexpr (is_a<T, std::variant>) {
        std::visit([&](const auto& held) { write(out, held, depth); }, value);
    } else if constexpr (Sequence<T> || is_array<T>) {
        write_items(out, "[", value, "]", depth);
    } else if constexpr (SetLike<T>) {
        write_items(out, "{\"$set\":[", value, "]}", depth);
    } else if constexpr (Adapter<T>) {
        // The container that it adapts; priority queues as they lie in memory would tell nothing.
        T copy = value;
        std::vector<typename T::value_type> items;
        for (; !copy.empty(); copy.pop()) {
            if constexpr (is_a<T, std::queue>) items.push_back(copy.front());
            else items.push_back(copy.top());
        }
        if constexpr (is_a<T, std::stack>) std::reverse(items.begin(), items.end());
        write(out, items, depth);
    } else if constexpr (MapLike<T>) {
        if (depth == 0) throw Invalid{"nested deeper than " + std::to_string(MAX_DEPTH) + " levels"};
        out += "{\"$map\":[";
        bool first = true;
        for (const auto& [key, item] : value) {
            out += first ? "[" : ",[";
            first = false;
            write(out, key, depth - 1);
            out += ',';
            write(out, item, depth - 1);
            out += ']';
        }
        out += "]}";
    } else if constexpr (TupleLike<T>) {
        if (depth == 0) throw Invalid{"nested deeper than " + std::to_string(MAX_DEPTH) + " levels"};
        out += "{\"$tuple\":[";
        std::apply([&](const auto&... items) {
            std::size_t at = 0;
            ((at++ ? void(out += ',') : void(), write(out, items, depth - 1)), ...);
        }, value);
        out += "]}";
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
    void write_after(std::string& out) const {
        if constexpr (changes) write(out, kept, MAX_DEPTH);
    }
};

template <> struct Slot<std::string_view> {
    static constexpr bool changes = false;
    std::string kept;
    explicit Slot(const Json& json) : kept(from<std::string>(json)) {}
    std::string_view pass() { return kept; }
    void write_after(std::string&) const {}
};

template <> struct Slot<const std::string_view&> : Slot<std::string_view> {
    std::string_view view;
    explicit Slot(const Json& json) : Slot<std::string_view>(json) {}
    const std::string_view& pass() { return view = kept; }
};

template <class C> requires(std::is_same_v<std::remove_const_t<C>, char>) struct Slot<C*> {
    static constexpr bool changes = !std::is_const_v<C>;
    std::string kept;
    explicit Slot(const Json& json) : kept(from<std::string>(json)) {
        if (kept.find('\0') != std::string::npos) unfit(json, "char*");
    }
    C* pass() { return kept.data(); }
    void write_after(std::string& out) const { write_text(out, kept.c_str()); }
};

template <class T> requires(!std::is_same_v<std::remove_const_t<T>, char>) struct Slot<T*> {
    using Kept = std::remove_const_t<T>;
    static constexpr bool changes = !std::is_const_v<T>;
    Kept kept;
    explicit Slot(const Json& json) : kept(from<Kept>(json)) {}
    T* pass() { return &kept; }
    void write_after(std::string& out) const { write(out, kept, MAX_DEPTH); }
};

template <class T> struct Slot<std::span<T>> {
    static constexpr bool changes = !std::is_const_v<T>;
    std::vector<std::remove_const_t<T>> kept;
    explicit Slot(const Json& json) : kept(from<std::vector<std::remove_const_t<T>>>(json)) {}
    std::span<T> pass() { return kept; }
    void write_after(std::string& out) const { write(out, kept, MAX_DEPTH); }
};

// ---- the call --------------------------------------------------------------------------------

/// The content of a `raised` answer for the exception that is being handled.
std::string raised();
void flush();

/// Calls the entry point with the arguments of a question and gives the content of the answer.
using Call = std::function<std::string(const std::vector<Json>&, bool after)>;

template <class R, class... A, class F, std::size_t... I>
std::string call(F& entry, const std::vector<Json>& args, bool after, std::index_sequence<I...>) {
    if (args.size() != sizeof...(A)) return "\"unfit\":\"it takes another number of arguments\"";
    std::optional<std::tuple<Slot<A>...>> slots;
    try {
        slots.emplace(args[I]...);
    } catch (const Unfit& error) {
        std::string out = "\"unfit\":";
        write_quoted(out, error.why);
        return out;
    }
    std::string value, content;
    try {
        if constexpr (std::is_void_v<R>) {
            entry(std::get<I>(*slots).pass()...);
            value = "null";
        } else {
            // What it refers to lives as long as the arguments.
            R result = entry(std::get<I>(*slots).pass()...);
            try {
                write<std::remove_cvref_t<R>>(value, result, MAX_DEPTH);
            } catch (const Invalid& error) {
                content = "\"invalid\":";
                write_quoted(content, error.why);
            }
        }
        if (content.empty() && value.size() > MAX_FRAME) content = "\"invalid\":\"more than 8 MiB\"";
        if (content.empty()) content = "\"value\":" + value;
    } catch (...) {
        content = raised();
    }
    if (after) {
        content += ",\"after\":[";
        auto show = [&]<class S>(const S& slot, std::size_t at) {
            if (at) content += ',';
            std::size_t start = content.size();
            try {
                if constexpr (S::changes) slot.write_after(content);
                else content += args[at].shown();
            } catch (const Invalid&) {
                content.resize(start);
                content += "null";
            }
        };
        (show(std::get<I>(*slots), I), ...);
        content += ']';
    }
    return content;
}

template <class R, class... A, class F> Call make_call(F entry) {
    return [entry](const std::vector<Json>& args, bool after) mutable {
        return call<R, A...>(entry, args, after, std::index_sequence_for<A...>());
    };
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
        return make_call<R ARGS>([entry](auto&&... args) -> R { return (S().*entry)(std::forward<decltype(args)>(args)...); }); \
    }                                                                                                                 \
    template <class S, class R TEMPLATE> Call find(Count<COUNT>, R (S::*entry) TYPES const, int) {                    \
        return make_call<R ARGS>([entry](auto&&... args) -> R { return (S().*entry)(std::forward<decltype(args)>(args)...); }); \
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
