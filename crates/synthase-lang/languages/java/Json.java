package synthase;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON text as plain objects: null, Boolean, Long or BigInteger, Double, String, List, and Map in the order of the text.
 */
final class Json {
    private final String text;
    private int at;

    Json(String text) {
        this.text = text;
    }

    Object parse() {
        Object value = value();
        skipSpace();
        if (at < text.length()) {
            throw malformed();
        }
        return value;
    }

    private Object value() {
        skipSpace();
        char first = text.charAt(at);
        switch (first) {
            case '{':
                return map();
            case '[':
                return list();
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw malformed();
        }
        at += word.length();
        return value;
    }

    private Map<String, Object> map() {
        Map<String, Object> map = new LinkedHashMap<>();
        at++;
        if (ends('}')) {
            return map;
        }
        do {
            skipSpace();
            String key = string();
            skipSpace();
            if (text.charAt(at++) != ':') {
                throw malformed();
            }
            map.put(key, value());
        } while (goesOn('}'));
        return map;
    }

    private List<Object> list() {
        List<Object> list = new ArrayList<>();
        at++;
        if (ends(']')) {
            return list;
        }
        do {
            list.add(value());
        } while (goesOn(']'));
        return list;
    }

    private boolean ends(char end) {
        skipSpace();
        if (text.charAt(at) != end) {
            return false;
        }
        at++;
        return true;
    }

    private boolean goesOn(char end) {
        skipSpace();
        char next = text.charAt(at++);
        if (next != ',' && next != end) {
            throw malformed();
        }
        return next == ',';
    }

    private String string() {
        if (text.charAt(at) != '"') {
            throw malformed();
        }
        int start = ++at;
        while (text.charAt(at) != '"' && text.charAt(at) != '\\') {
            at++;
        }
        if (text.charAt(at) == '"') {
            return text.substring(start, at++);
        }
        StringBuilder out = new StringBuilder().append(text, start, at);
        for (;;) {
            char c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        char c = text.charAt(at++);
        switch (c) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u':
                at += 4;
                return (char) Integer.parseInt(text, at - 4, at, 16);
            default:
                return c;
        }
    }

    private Object number() {
        int start = at;
        boolean whole = true;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '.' || c == 'e' || c == 'E') {
                whole = false;
            } else if (c != '-' && c != '+' && (c < '0' || c > '9')) {
                break;
            }
            at++;
        }
        String digits = text.substring(start, at);
        if (!whole) {
            return Double.valueOf(digits);
        }
        return narrow(new BigInteger(digits));
    }

    /** A Long where the number fits. */
    static Object narrow(BigInteger number) {
        return number.bitLength() < 64 ? (Object) number.longValue() : number;
    }

    private void skipSpace() {
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
    }

    private IllegalArgumentException malformed() {
        return new IllegalArgumentException("malformed JSON at " + at);
    }

    /** Writes a text with its quotes. Half of a surrogate pair by itself becomes `?`. */
    static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u00").append(c < 16 ? '0' : '1').append(Character.forDigit(c & 15, 16));
            } else if (isLoneSurrogate(text, i)) {
                out.append('?');
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** Whether the unit at this place is half of a surrogate pair without the other half. */
    static boolean isLoneSurrogate(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    /** Text of an error or a refusal: cut at 10,000 characters. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder();
        String told = text == null ? "" : text;
        quote(out, told.length() > 10000 ? told.substring(0, 10000) : told);
        return out.toString();
    }
}
