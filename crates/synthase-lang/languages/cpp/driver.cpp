// The part of the driver that knows nothing of types: JSON, frames, exceptions and the conversation.
#include "driver.hpp"

#include <cxxabi.h>
#include <unistd.h>

namespace synthase {

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

// ---- JSON ------------------------------------------------------------------------------------

namespace {

struct Parser {
    std::string_view text;
    std::size_t at = 0;

    bool eat(char c) {
        while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) at++;
        bool found = at < text.size() && text[at] == c;
        at += found;
        return found;
    }

    Json value() {
        Json json;
        if (eat('"')) {
            json.kind = Json::Text;
            json.text = string();
        } else if (eat('[')) {
            json.kind = Json::List;
            while (!eat(']') && at < text.size()) {
                json.items.push_back(value());
                eat(',');
            }
        } else if (eat('{')) {
            json.kind = Json::Object;
            while (!eat('}') && eat('"')) {
                std::string key = string();
                eat(':');
                json.pairs.emplace_back(std::move(key), value());
                eat(',');
            }
        } else if (text.substr(at).starts_with("null")) {
            at += 4;
        } else if (text.substr(at).starts_with("true") || text.substr(at).starts_with("false")) {
            json.kind = Json::Bool;
            json.truth = text[at] == 't';
            at += json.truth ? 4 : 5;
        } else {
            json.kind = Json::Number;
            std::size_t end = std::min(text.find_first_not_of("+-.0123456789eE", at), text.size());
            json.text = text.substr(at, end - at);
            // Whatever else stands here is passed over, so that reading always ends.
            at = std::max(end, at + 1);
        }
        return json;
    }

    unsigned code() {
        unsigned value = 0;
        std::from_chars(text.data() + at, text.data() + std::min(at + 4, text.size()), value, 16);
        at += 4;
        return value;
    }

    std::string string() {
        std::string out;
        while (at < text.size() && text[at] != '"') {
            char c = text[at++];
            if (c != '\\' || at == text.size()) {
                out += c;
                continue;
            }
            switch (c = text[at++]) {
                case 'n': out += '\n'; break;
                case 'r': out += '\r'; break;
                case 't': out += '\t'; break;
                case 'b': out += '\b'; break;
                case 'f': out += '\f'; break;
                case 'u': {
                    unsigned point = code();
                    if (point >= 0xd800 && point < 0xdc00) {
                        at += 2;
                        point = 0x10000 + ((point - 0xd800) << 10) + (code() - 0xdc00);
                    }
                    append(out, point);
                    break;
                }
                default: out += c;
            }
        }
        at++;
        return out;
    }

    static void append(std::string& out, unsigned point) {
        auto tail = [&](int shift) { out += static_cast<char>(0x80 | (point >> shift & 0x3f)); };
        if (point < 0x80) return void(out += static_cast<char>(point));
        if (point < 0x800) return out += static_cast<char>(0xc0 | point >> 6), tail(0);
        if (point < 0x10000) return out += static_cast<char>(0xe0 | point >> 12), tail(6), tail(0);
        out += static_cast<char>(0xf0 | point >> 18);
        tail(12), tail(6), tail(0);
    }
};

/// The length of the character at a place of a text, or 0 if it is no UTF-8.
std::size_t character(std::string_view text, std::size_t at) {
    auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    unsigned first = byte(at);
    std::size_t length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
    for (std::size_t i = 1; i < length; i++) {
        if ((byte(at + i) & 0xc0) != 0x80) return 0;
    }
    unsigned second = byte(at + 1);
    bool excluded = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return excluded ? 0 : length;
}

bool quote(std::string& out, std::string_view text) {
    bool valid = true;
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = character(text, at);
        char c = text[at];
        if (length == 0) {
            valid = false;
            out += "\xef\xbf\xbd";
        } else if (c == '"' || c == '\\') {
            out += '\\', out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", c);
            out += escape;
        } else {
            out += text.substr(at, length);
        }
        at += std::max<std::size_t>(length, 1);
    }
    out += '"';
    return valid;
}

}  // namespace

const Json* Json::get(std::string_view key) const {
    for (const auto& [name, value] : pairs) {
        if (name == key) return &value;
    }
    return nullptr;
}

std::string Json::shown() const {
    std::string out;
    switch (kind) {
        case Null: return "null";
        case Bool: return truth ? "true" : "false";
        case Number: return text;
        case Text: quote(out, text); return out;
        case List:
            for (const Json& item : items) out += (out.empty() ? "" : ",") + item.shown();
            return "[" + out + "]";
        case Object: break;
    }
    for (const auto& [key, value] : pairs) {
        if (!out.empty()) out += ',';
        quote(out, key);
        out += ':' + value.shown();
    }
    return "{" + out + "}";
}

// ---- what is known of types ------------------------------------------------------------------

namespace {

std::string type_name(const std::type_info& type) {
    int status = 0;
    char* text = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
    std::string name = text ? text : type.name();
    std::free(text);
    for (const char* prefix : {"std::__cxx11::", "std::"}) {
        for (std::size_t at; (at = name.find(prefix)) != std::string::npos;) name.erase(at, std::strlen(prefix));
    }
    return name.starts_with("basic_string<char") ? "string" : name;
}

/// The digits of an integer, or nothing.
const std::string* digits_of(const Json& json) {
    const Json* large = json.get("$int");
    if (!large && json.kind != Json::Number) return nullptr;
    const std::string& digits = (large ? large : &json)->text;
    return digits.empty() || digits.find_first_not_of("-0123456789") != std::string::npos ? nullptr : &digits;
}

template <class T> bool read_digits(const Json& json, T& value) {
    const std::string* digits = digits_of(json);
    if (!digits) return false;
    auto [end, error] = std::from_chars(digits->data(), digits->data() + digits->size(), value);
    return error == std::errc() && end == digits->data() + digits->size();
}

}  // namespace

void unfit(const Json& json, const char* type) { throw Unfit{json.shown().substr(0, 200) + " does not fit " + type}; }
void unfit(const Json& json, const std::type_info& type) { unfit(json, type_name(type).c_str()); }
bool is_null(const Json& json) { return json.kind == Json::Null; }
const Json& item(const Json* first, std::size_t index) { return first[index]; }

bool to_bool(const Json& json) {
    if (json.kind != Json::Bool) unfit(json, "bool");
    return json.truth;
}

char to_char(const Json& json) {
    if (json.kind != Json::Text || json.text.size() != 1) unfit(json, "char");
    return json.text[0];
}

std::string to_string(const Json& json) {
    if (json.kind != Json::Text) unfit(json, "string");
    return json.text;
}

const char* to_digits(const Json& json) {
    const std::string* digits = digits_of(json);
    if (!digits) unfit(json, "an integer");
    return digits->c_str();
}

long long to_integer(const Json& json, long long low, long long high, const std::type_info& type) {
    long long value = 0;
    if (!read_digits(json, value) || value < low || value > high) unfit(json, type);
    return value;
}

unsigned long long to_natural(const Json& json, unsigned long long high, const std::type_info& type) {
    unsigned long long value = 0;
    if (!read_digits(json, value) || value > high) unfit(json, type);
    return value;
}

double to_double(const Json& json) {
    const Json* special = json.get("$float");
    if (!special) special = json.get("$int");
    if (!special && json.kind != Json::Number) unfit(json, "double");
    return std::strtod((special ? special : &json)->text.c_str(), nullptr);
}

const Json& to_present(const Json& json) {
    const Json* inner = json.get("$some");
    return inner ? *inner : json;
}

Items::Items(const Json& json, const char* type) {
    const Json* list = &json;
    for (const char* key : {"$set", "$tuple"}) {
        if (const Json* inner = json.get(key)) list = inner;
    }
    if (const Json* digits = json.get("$bytes")) {
        own = new Json();
        for (std::size_t i = 0; i + 1 < digits->text.size(); i += 2) {
            Json byte;
            byte.kind = Json::Number;
            byte.text = std::to_string(std::stoi(digits->text.substr(i, 2), nullptr, 16));
            own->items.push_back(byte);
        }
        list = own;
    } else if (list->kind != Json::List) {
        unfit(json, type);
    }
    first = list->items.data();
    count = list->items.size();
}

Items::~Items() { delete own; }

Entries::Entries(const Json& json) {
    std::vector<const Json*> found;
    if (const Json* list = json.get("$map")) {
        for (const Json& pair : list->items) {
            if (pair.items.size() != 2) unfit(json, "a map");
            found.insert(found.end(), {&pair.items[0], &pair.items[1]});
        }
    } else {
        if (json.kind != Json::Object) unfit(json, "a map");
        own = new Json();
        own->items.resize(json.pairs.size());
        for (std::size_t i = 0; i < json.pairs.size(); i++) {
            own->items[i].kind = Json::Text;
            own->items[i].text = json.pairs[i].first;
            found.insert(found.end(), {&own->items[i], &json.pairs[i].second});
        }
    }
    count = found.size() / 2;
    first = new const Json*[found.size() + 1];
    std::copy(found.begin(), found.end(), first);
}

Entries::~Entries() {
    delete[] first;
    delete own;
}

void Out::raw(const char* text) { *written += text; }

void Out::open(const char* text) {
    if (depth == 0) throw Invalid{"nested deeper than " + std::to_string(MAX_DEPTH) + " levels"};
    depth--;
    *written += text;
}

void Out::close(const char* text) {
    depth++;
    *written += text;
}

void Out::text(const char* bytes, std::size_t length) {
    if (!quote(*written, std::string_view(bytes, length))) throw Invalid{"a text that is not UTF-8"};
}

void Out::digits(const char* digits, std::size_t length) {
    long long value = 0;
    auto [end, error] = std::from_chars(digits, digits + length, value);
    // Larger ones are not exact as a double.
    if (error == std::errc() && value >= -(1LL << 53) && value <= 1LL << 53) written->append(digits, length);
    else *written += "{\"$int\":\"" + std::string(digits, length) + "\"}";
}

void Out::integer(long long value) {
    std::string shown = std::to_string(value);
    digits(shown.data(), shown.size());
}

void Out::natural(unsigned long long value) {
    std::string shown = std::to_string(value);
    digits(shown.data(), shown.size());
}

void Out::number(double value) {
    if (!std::isfinite(value)) return raw(std::isnan(value) ? "{\"$float\":\"nan\"}" : value > 0 ? "{\"$float\":\"inf\"}" : "{\"$float\":\"-inf\"}");
    char digits[64];
    auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    std::string_view shown(digits, static_cast<std::size_t>(end - digits));
    *written += shown;
    // `1` would read as an integer.
    if (shown.find_first_of(".e") == std::string_view::npos) *written += ".0";
}

/// What has no declared type becomes what its literal would be in C++: an `int` (a `long long` if it is too
/// large), a `double`, a `string`, a `vector<any>`, a `map<string, any>`; null is an empty `any`.
std::any to_any(const Json& json) {
    switch (json.kind) {
        case Json::Null: return {};
        case Json::Bool: return json.truth;
        case Json::Text: return json.text;
        case Json::List: return from<std::vector<std::any>>(json);
        case Json::Number:
            if (json.text.find_first_of(".eE") != std::string::npos) return to_double(json);
            break;
        case Json::Object:
            if (json.get("$float")) return to_double(json);
            if (json.get("$set") || json.get("$tuple")) return from<std::vector<std::any>>(json);
            if (json.get("$bytes")) return from<std::vector<unsigned char>>(json);
            if (!json.get("$int")) return from<std::map<std::string, std::any>>(json);
    }
    long long value = from<long long>(json);
    if (value == static_cast<int>(value)) return static_cast<int>(value);
    return value;
}

namespace {

template <class... T> bool write_if_any(Out& out, const std::any& value) {
    return ((std::any_cast<T>(&value) ? (write(out, *std::any_cast<T>(&value)), true) : false) || ...);
}

}  // namespace

void Out::any(const std::any& value) {
    using std::string, std::vector, std::any, std::map;
    if (!value.has_value()) return raw("null");
    bool found =
        write_if_any<int, long, long long, double, bool, string, const char*, char, float, unsigned, unsigned long, unsigned long long, short, std::string_view>(*this, value) ||
        write_if_any<vector<any>, vector<int>, vector<long long>, vector<double>, vector<string>, vector<bool>, vector<char>, vector<unsigned char>, vector<vector<int>>>(*this, value) ||
        write_if_any<map<string, any>, map<string, int>, map<string, string>, std::unordered_map<string, any>, std::unordered_map<string, int>, std::unordered_map<string, string>, std::nullptr_t>(*this, value);
    if (!found) throw Invalid{"an any that holds " + type_name(value.type())};
}

// ---- exceptions ------------------------------------------------------------------------------

namespace {

void find_bases(const std::type_info& type, std::vector<std::string>& out) {
    if (auto* single = dynamic_cast<const abi::__si_class_type_info*>(&type)) {
        out.push_back(type_name(*single->__base_type));
        find_bases(*single->__base_type, out);
    } else if (auto* several = dynamic_cast<const abi::__vmi_class_type_info*>(&type)) {
        for (unsigned i = 0; i < several->__base_count; i++) {
            out.push_back(type_name(*several->__base_info[i].__base_type));
            find_bases(*several->__base_info[i].__base_type, out);
        }
    }
}

std::string message() {
    try {
        throw;
    } catch (const std::exception& error) {
        return error.what();
    } catch (const std::string& text) {
        return text;
    } catch (const char* text) {
        return text;
    } catch (int number) {
        return std::to_string(number);
    } catch (...) {
        return "";
    }
}

std::string raised() {
    const std::type_info* type = abi::__cxa_current_exception_type();
    std::vector<std::string> bases;
    if (type) find_bases(*type, bases);
    std::string out = "\"raised\":[";
    quote(out, type ? type_name(*type) : "exception");
    out += ',';
    quote(out, message().substr(0, MAX_MESSAGE));
    out += ",[";
    for (std::size_t i = 0; i < bases.size(); i++) {
        if (i) out += ',';
        quote(out, bases[i]);
    }
    return out + "]]";
}

// ---- the call --------------------------------------------------------------------------------

/// Writes a value; one without a form becomes what says so.
template <class F> std::string written(F write) {
    std::string value;
    Out out{MAX_DEPTH, &value};
    write(out);
    return value;
}

std::string answer(const Call& call, const std::vector<Json>& args, bool after) {
    if (args.size() != call.count) return "\"unfit\":\"it takes another number of arguments\"";
    std::unique_ptr<Prepared> prepared;
    std::string content;
    try {
        prepared.reset(call.make(call, args.data()));
    } catch (const Unfit& error) {
        content = "\"unfit\":";
        quote(content, error.why);
        return content;
    }
    try {
        std::string value = written([&](Out& out) { prepared->run(out); });
        content = value.size() > MAX_FRAME ? "\"invalid\":\"more than 8 MiB\"" : "\"value\":" + value;
    } catch (const Invalid& error) {
        content = "\"invalid\":";
        quote(content, error.why);
    } catch (...) {
        content = raised();
    }
    if (!after) return content;
    content += ",\"after\":[";
    for (std::size_t i = 0; i < args.size(); i++) {
        if (i) content += ',';
        try {
            bool changes = false;
            std::string value = written([&](Out& out) { changes = prepared->write_after(out, i); });
            content += changes ? value : args[i].shown();
        } catch (const Invalid&) {
            content += "null";
        }
    }
    return content + "]";
}

void read_exactly(char* to, std::size_t count) {
    while (count > 0) {
        ssize_t got = ::read(3, to, count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) _exit(0);
        to += got;
        count -= static_cast<std::size_t>(got);
    }
}

Json receive() {
    unsigned char head[4];
    read_exactly(reinterpret_cast<char*>(head), 4);
    std::string frame(head[0] | head[1] << 8 | head[2] << 16 | static_cast<std::size_t>(head[3]) << 24, '\0');
    read_exactly(frame.data(), frame.size());
    return Parser{frame}.value();
}

void send(const std::string& nonce, const std::string& seq, const std::string& content) {
    std::cout.flush();
    std::fflush(nullptr);
    std::string body = "{\"nonce\":";
    quote(body, nonce);
    body += ",\"seq\":" + seq + "," + content + "}";
    std::string frame;
    for (int shift = 0; shift < 32; shift += 8) frame += static_cast<char>(body.size() >> shift & 0xff);
    frame += body;
    for (std::size_t at = 0; at < frame.size();) {
        ssize_t put = ::write(3, frame.data() + at, frame.size() - at);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) _exit(0);
        at += static_cast<std::size_t>(put);
    }
}

std::string answers(const Call& call, const std::vector<Json>& calls, bool after) {
    std::string out = "\"answers\":[";
    for (std::size_t i = 0; i < calls.size(); i++) {
        if (i) out += ',';
        out += "{" + answer(call, calls[i].items, after) + "}";
        if (out.size() <= MAX_FRAME) continue;
        return calls.size() > 1 ? "\"split\":true" : "\"answers\":[{\"invalid\":\"more than 8 MiB\"}]";
    }
    return out + "]";
}

}  // namespace

Prepared::~Prepared() = default;

void serve(const Call& call) {
    std::string nonce;
    for (;;) {
        Json question = receive();
        auto text = [&](const char* key) { return question.get(key) ? question.get(key)->text : std::string(); };
        if (question.get("nonce")) nonce = text("nonce");
        const Json* calls = question.get("calls");
        bool after = question.get("after") && question.get("after")->truth;
        std::string content;
        if (text("op") == "hello") content = "\"ready\":true";
        else if (!call.make) content = "\"missing\":true";
        else if (text("op") == "load") content = "\"loaded\":true" + (calls ? "," + answers(call, calls->items, after) : "");
        else content = answers(call, calls ? calls->items : std::vector<Json>(), after);
        send(nonce, text("seq"), content);
    }
}

}  // namespace synthase
