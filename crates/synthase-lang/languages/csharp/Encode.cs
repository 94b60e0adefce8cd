using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Synthase {
    /// <summary>A value has no form.</summary>
    sealed class NoValue : Exception {
        public NoValue(string message) : base(message) { }
    }

    /// <summary>Writes values as JSON by what they are; the task's type tells a tuple from a list.</summary>
    static class Encode {
        const int MaxDepth = 40;
        const long MaxExact = 1L << 53;
        const int MaxText = 16 << 20;

        public static void Write(StringBuilder made, object value, object hint, bool loose) {
            if (loose && value is IEnumerator items) {
                var list = new List<object>();
                while (items.MoveNext()) list.Add(items.Current);
                value = list;
            }
            Value(made, value, hint, MaxDepth);
        }

        static void Value(StringBuilder made, object value, object hint, int depth) {
            if (depth == 0) throw new NoValue("nested deeper than " + MaxDepth + " levels");
            hint = Decode.Below(hint, "optional") ?? hint;
            switch (value) {
                case null: made.Append("null"); break;
                case bool truth: made.Append(truth ? "true" : "false"); break;
                case int number: made.Append(number.ToString(CultureInfo.InvariantCulture)); break;
                case double number: Floating(made, number); break;
                case string text: Text(made, text); break;
                case char letter: Text(made, letter.ToString()); break;
                case long number: Integer(made, number); break;
                case float number: Floating(made, number); break;
                case byte _: case sbyte _: case short _: case ushort _: case uint _:
                    made.Append(Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)); break;
                case ulong number: Integer(made, number); break;
                case BigInteger number: Integer(made, number); break;
                case decimal number: Tag(made, "decimal", number.ToString(CultureInfo.InvariantCulture)); break;
                case DateTime moment: Moment(made, moment, hint); break;
                case StringBuilder text: Text(made, text.ToString()); break;
                case byte[] bytes when Decode.Below(hint, "list") == null: Bytes(made, bytes); break;
                case char[] letters when "str".Equals(hint): Text(made, new string(letters)); break;
                case ITuple tuple: Tuple(made, tuple, hint, depth); break;
                case Array array when array.Rank > 1: Grid(made, array, 0, new int[array.Rank], hint, depth); break;
                case IDictionary map: Map(made, map, hint, depth); break;
                case IEnumerable items: Items(made, items, hint, depth); break;
                default: Other(made, value, hint, depth); break;
            }
            if (made.Length > MaxText) throw new NoValue("more than 8 MiB");
        }

        static void Integer(StringBuilder made, BigInteger number) {
            var text = number.ToString(CultureInfo.InvariantCulture);
            if (BigInteger.Abs(number) <= MaxExact) made.Append(text);
            else made.Append("{\"$int\":\"").Append(text).Append("\"}");
        }

        static void Floating(StringBuilder made, double number) {
            if (double.IsNaN(number) || double.IsInfinity(number)) {
                made.Append("{\"$float\":\"").Append(double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf").Append("\"}");
                return;
            }
            var text = number.ToString("R", CultureInfo.InvariantCulture);
            made.Append(text);
            // `1` would read as an integer.
            if (text.IndexOf('.') < 0 && text.IndexOf('E') < 0) made.Append(".0");
        }

        static void Text(StringBuilder made, string text) {
            for (var i = 0; i < text.Length; i++) {
                if (Json.IsLoneSurrogate(text, i)) throw new NoValue("a text with a lone surrogate");
            }
            Json.Quote(made, text);
        }

        static void Bytes(StringBuilder made, byte[] bytes) {
            made.Append("{\"$bytes\":\"");
            foreach (var b in bytes) made.Append(b.ToString("x2", CultureInfo.InvariantCulture));
            made.Append("\"}");
        }

        static void Tag(StringBuilder made, string tag, string text) {
            made.Append("{\"$tag\":[\"").Append(tag).Append("\",").Append(Json.Quoted(text)).Append("]}");
        }

        static void Moment(StringBuilder made, DateTime moment, object hint) {
            var isDate = "date".Equals(Decode.Below(hint, "tag"));
            if (isDate) Tag(made, "date", moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            else Tag(made, "datetime", moment.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture));
        }

        static void Tuple(StringBuilder made, ITuple tuple, object hint, int depth) {
            made.Append("{\"$tuple\":[");
            for (var i = 0; i < tuple.Length; i++) {
                if (i > 0) made.Append(',');
                Value(made, tuple[i], Decode.Item(hint, i), depth - 1);
            }
            made.Append("]}");
        }

        /// <summary>An array of several dimensions, as lists of lists.</summary>
        static void Grid(StringBuilder made, Array array, int dimension, int[] place, object hint, int depth) {
            if (dimension == array.Rank) {
                Value(made, array.GetValue(place), hint, depth);
                return;
            }
            made.Append('[');
            for (var i = 0; i < array.GetLength(dimension); i++) {
                if (i > 0) made.Append(',');
                place[dimension] = i;
                Grid(made, array, dimension + 1, place, Decode.Item(hint, i), depth - 1);
            }
            made.Append(']');
        }

        static void Map(StringBuilder made, IDictionary map, object hint, int depth) {
            var pairs = new List<(object, object)>();
            var entries = map.GetEnumerator();
            while (entries.MoveNext()) pairs.Add((entries.Key, entries.Value));
            Pairs(made, pairs, hint, depth);
        }

        static void Pairs(StringBuilder made, List<(object, object)> pairs, object hint, int depth) {
            var plain = true;
            foreach (var (key, _) in pairs) plain &= key is string text && !text.StartsWith("$", StringComparison.Ordinal);
            made.Append(plain ? "{" : "{\"$map\":[");
            var separator = "";
            foreach (var (key, item) in pairs) {
                made.Append(separator).Append(plain ? "" : "[");
                Value(made, key, Decode.KeyHint(hint, 0), depth - 1);
                made.Append(plain ? ':' : ',');
                Value(made, item, Decode.KeyHint(hint, 1), depth - 1);
                made.Append(plain ? "" : "]");
                separator = ",";
            }
            made.Append(plain ? "}" : "]}");
        }

        static void Items(StringBuilder made, IEnumerable items, object hint, int depth) {
            bool set = false, tuple = Decode.Below(hint, "tuple") != null;
            foreach (var kind in items.GetType().GetInterfaces()) {
                if (!kind.IsGenericType) continue;
                set |= kind.GetGenericTypeDefinition() == typeof(ISet<>);
                if (kind.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)) {
                    var pairs = new List<(object, object)>();
                    foreach (var pair in items) {
                        pairs.Add((pair.GetType().GetProperty("Key").GetValue(pair), pair.GetType().GetProperty("Value").GetValue(pair)));
                    }
                    Pairs(made, pairs, hint, depth);
                    return;
                }
            }
            made.Append(set ? "{\"$set\":[" : tuple ? "{\"$tuple\":[" : "[");
            var i = 0;
            foreach (var item in items) {
                if (i > 0) made.Append(',');
                Value(made, item, Decode.Item(hint, i), depth - 1);
                i++;
            }
            made.Append(set || tuple ? "]}" : "]");
        }

        static void Other(StringBuilder made, object value, object hint, int depth) {
            var type = value.GetType();
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)) {
                made.Append("{\"$tuple\":[");
                Value(made, type.GetProperty("Key").GetValue(value), Decode.Item(hint, 0), depth - 1);
                made.Append(',');
                Value(made, type.GetProperty("Value").GetValue(value), Decode.Item(hint, 1), depth - 1);
                made.Append("]}");
                return;
            }
            if (type.FullName == "System.DateOnly") {
                Tag(made, "date", ((IFormattable)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                return;
            }
            var isRecord = type.GetMethod("<Clone>$") != null || type.Name.StartsWith("<>f__Anonymous", StringComparison.Ordinal);
            var types = Decode.Below(hint, "record") as List<object>;
            if (!isRecord && types == null) throw new NoValue("an object of type " + type.FullName);
            made.Append("{\"$record\":[").Append(Json.Quoted(type.Name)).Append(",[");
            var separator = "";
            foreach (var (name, item) in Members(value, type)) {
                made.Append(separator).Append('[').Append(Json.Quoted(name)).Append(',');
                object of = "any";
                foreach (var pair in types ?? new List<object>()) {
                    if (name.Equals(((List<object>)pair)[0])) of = ((List<object>)pair)[1];
                }
                Value(made, item, of, depth - 1);
                made.Append(']');
                separator = ",";
            }
            made.Append("]]}");
        }

        static IEnumerable<(string, object)> Members(object value, Type type) {
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)) {
                if (property.CanRead && property.GetIndexParameters().Length == 0) yield return (property.Name, property.GetValue(value));
            }
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Instance)) yield return (field.Name, field.GetValue(value));
        }
    }
}
