using System;
using System.Collections.Generic;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Synthase {
    /// <summary>JSON text as plain objects: null, bool, long or BigInteger, double, string, List, Dictionary.</summary>
    sealed class Json {
        readonly string text;
        int at;

        public Json(string text) {
            this.text = text;
        }

        public object Parse() {
            var value = Value();
            SkipSpace();
            if (at < text.Length) throw Malformed();
            return value;
        }

        object Value() {
            SkipSpace();
            switch (text[at]) {
                case '{': return Map();
                case '[': return List();
                case '"': return String();
                case 't': return Word("true", true);
                case 'f': return Word("false", false);
                case 'n': return Word("null", null);
                default: return Number();
            }
        }

        object Word(string word, object value) {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0) throw Malformed();
            at += word.Length;
            return value;
        }

        /// <summary>A dictionary to which things are only added keeps their order.</summary>
        Dictionary<string, object> Map() {
            var map = new Dictionary<string, object>();
            at++;
            if (Ends('}')) return map;
            do {
                SkipSpace();
                var key = String();
                SkipSpace();
                if (text[at++] != ':') throw Malformed();
                map[key] = Value();
            } while (GoesOn('}'));
            return map;
        }

        List<object> List() {
            var list = new List<object>();
            at++;
            if (Ends(']')) return list;
            do {
                list.Add(Value());
            } while (GoesOn(']'));
            return list;
        }

        bool Ends(char end) {
            SkipSpace();
            if (text[at] != end) return false;
            at++;
            return true;
        }

        bool GoesOn(char end) {
            SkipSpace();
            var next = text[at++];
            if (next != ',' && next != end) throw Malformed();
            return next == ',';
        }

        string String() {
            if (text[at] != '"') throw Malformed();
            var start = ++at;
            while (text[at] != '"' && text[at] != '\\') at++;
            if (text[at] == '"') return text.Substring(start, at++ - start);
            var made = new StringBuilder(text, start, at - start, 2 * (at - start) + 16);
            for (; ; ) {
                var c = text[at++];
                if (c == '"') return made.ToString();
                made.Append(c == '\\' ? Escaped() : c);
            }
        }

        char Escaped() {
            var c = text[at++];
            switch (c) {
                case 'n': return '\n';
                case 't': return '\t';
                case 'r': return '\r';
                case 'b': return '\b';
                case 'f': return '\f';
                case 'u':
                    at += 4;
                    return (char)int.Parse(text.Substring(at - 4, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                default: return c;
            }
        }

        object Number() {
            var start = at;
            var whole = true;
            for (; at < text.Length; at++) {
                var c = text[at];
                if (c == '.' || c == 'e' || c == 'E') whole = false;
                else if (c != '-' && c != '+' && (c < '0' || c > '9')) break;
            }
            var digits = text.Substring(start, at - start);
            if (!whole) return double.Parse(digits, CultureInfo.InvariantCulture);
            return Whole(digits);
        }

        /// <summary>A long where the number fits.</summary>
        public static object Whole(string digits) {
            if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small)) return small;
            return BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        }

        void SkipSpace() {
            while (at < text.Length && text[at] <= ' ') at++;
        }

        FormatException Malformed() {
            return new FormatException("malformed JSON at " + at);
        }

        /// <summary>Writes a text with its quotes. Half of a surrogate pair by itself becomes `?`.</summary>
        public static void Quote(StringBuilder made, string text) {
            made.Append('"');
            for (var i = 0; i < text.Length; i++) {
                var c = text[i];
                if (c == '"' || c == '\\') made.Append('\\').Append(c);
                else if (c < ' ') made.Append("\\u00").Append(c < 16 ? '0' : '1').Append("0123456789abcdef"[c & 15]);
                else if (IsLoneSurrogate(text, i)) made.Append('?');
                else made.Append(c);
            }
            made.Append('"');
        }

        public static bool IsLoneSurrogate(string text, int i) {
            var c = text[i];
            if (char.IsHighSurrogate(c)) return i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]);
            return char.IsLowSurrogate(c) && (i == 0 || !char.IsHighSurrogate(text[i - 1]));
        }

        /// <summary>Text of an error or a refusal: cut at 10,000 characters.</summary>
        public static string Quoted(string text) {
            var made = new StringBuilder();
            text = text ?? "";
            Quote(made, text.Length > 10000 ? text.Substring(0, 10000) : text);
            return made.ToString();
        }
    }
}
