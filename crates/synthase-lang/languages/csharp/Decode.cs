using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Synthase {
    /// <summary>An argument cannot become what the method declares.</summary>
    sealed class Unfit : Exception {
        public Unfit(string message) : base(message) { }
    }

    /// <summary>Makes arguments: what a method declares decides; where that is `object`, the types of the task do.</summary>
    static class Decode {
        public static object[] Args(List<object> given, MethodInfo method, List<object> hints) {
            var declared = method.GetParameters();
            if (given.Count > declared.Length || given.Count < declared.Length && !declared[given.Count].IsOptional) {
                throw new Unfit(method.Name + " takes " + declared.Length + " arguments, not " + given.Count);
            }
            var args = new object[declared.Length];
            for (var i = 0; i < args.Length; i++) {
                try {
                    args[i] = i < given.Count ? Value(given[i], declared[i].ParameterType, i < hints.Count ? hints[i] : "any") : declared[i].DefaultValue;
                } catch (Unfit error) {
                    throw new Unfit("argument " + (i + 1) + ": " + error.Message);
                }
            }
            return args;
        }

        static object Value(object json, Type type, object hint) {
            if (type.IsByRef) type = type.GetElementType();
            hint = Below(hint, "optional") ?? hint;
            if (Has(json, "$some")) return Value(Below(json, "$some"), type, hint);
            var nullable = Nullable.GetUnderlyingType(type);
            if (json == null) {
                if (type.IsValueType && nullable == null) throw new Unfit("null is no " + type.Name);
                return null;
            }
            type = nullable ?? type;
            if (type == typeof(object)) return Any(json, hint);
            if (type == typeof(bool) || type == typeof(string)) {
                if (json.GetType() == type) return json;
                throw new Unfit(Named(json) + " is no " + type.Name);
            }
            if (type == typeof(char)) {
                if (json is string text && text.Length == 1) return text[0];
                throw new Unfit(Named(json) + " is no character");
            }
            if (IsNumber(type)) return Number(Number(json), type);
            if (Has(json, "$tag")) return Tagged((List<object>)Below(json, "$tag"), type);
            if (type.IsArray) return Array(json, type, hint);
            if (Has(json, "$tuple") && typeof(ITuple).IsAssignableFrom(type)) return Tuple((List<object>)Below(json, "$tuple"), type, hint);
            if (Has(json, "$record")) return Record((List<object>)((List<object>)Below(json, "$record"))[1], type);
            if (typeof(IEnumerable).IsAssignableFrom(type)) return Collection(json, type, hint);
            var any = Any(json, hint);
            if (type.IsInstanceOfType(any)) return any;
            throw new Unfit(Named(json) + " is no " + type.Name);
        }

        // ---- numbers --------------------------------------------------------------------------------------------------

        static bool IsNumber(Type type) {
            if (type.IsEnum) return false;
            var code = Type.GetTypeCode(type);
            return code >= TypeCode.SByte && code <= TypeCode.Decimal || type == typeof(BigInteger);
        }

        /// <summary>A long, BigInteger, double or decimal.</summary>
        static object Number(object json) {
            if (json is long || json is BigInteger || json is double) return json;
            if (Below(json, "$int") is string digits) return Json.Whole(digits);
            if (Below(json, "$float") is string name) return name == "nan" ? double.NaN : name == "inf" ? double.PositiveInfinity : double.NegativeInfinity;
            if (Below(json, "$tag") is List<object> tag && "decimal".Equals(tag[0])) {
                if (decimal.TryParse((string)tag[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
                throw new Unfit("the decimal number " + tag[1] + " does not fit");
            }
            throw new Unfit(Named(json) + " is no number");
        }

        static object Number(object number, Type type) {
            if (type == typeof(decimal)) {
                try {
                    return number is decimal ? number : number is BigInteger large ? (decimal)large : Convert.ToDecimal(number, CultureInfo.InvariantCulture);
                } catch (OverflowException) {
                    throw new Unfit("the number " + number + " does not fit a decimal");
                }
            }
            if (number is decimal) throw new Unfit("a decimal is no " + type.Name);
            if (type == typeof(double) || type == typeof(float)) {
                if (!(number is double wide)) {
                    var whole = number is BigInteger large ? large : (BigInteger)(long)number;
                    wide = (double)whole;
                    if (new BigInteger(wide) != whole) throw new Unfit(number + " is no exact float");
                }
                return type == typeof(double) ? wide : (object)(float)wide;
            }
            if (number is double) throw new Unfit("a float is no " + type.Name);
            if (type == typeof(BigInteger)) return number is BigInteger ? number : (BigInteger)(long)number;
            try {
                if (type == typeof(int)) return checked((int)(long)number);
                if (type == typeof(long)) return (long)number;
                if (type == typeof(ulong) && number is BigInteger large) return (ulong)large;
                return Convert.ChangeType(number, type, CultureInfo.InvariantCulture);
            } catch (Exception error) when (error is OverflowException || error is InvalidCastException) {
                throw new Unfit("the integer " + number + " does not fit " + type.Name);
            }
        }

        static object Tagged(List<object> tag, Type type) {
            var text = (string)tag[1];
            if (type == typeof(DateTime) || type == typeof(object)) {
                if ("date".Equals(tag[0]) || "datetime".Equals(tag[0])) return DateTime.Parse(text, CultureInfo.InvariantCulture);
                if ("decimal".Equals(tag[0]) && type == typeof(object)) return Number(new Dictionary<string, object> { ["$tag"] = tag });
            }
            var parse = type.GetMethod("Parse", new[] { typeof(string), typeof(IFormatProvider) });
            if (type.FullName == "System.DateOnly" && "date".Equals(tag[0])) return parse.Invoke(null, new object[] { text, CultureInfo.InvariantCulture });
            throw new Unfit("a " + tag[0] + " is no " + type.Name);
        }

        // ---- what holds others ----------------------------------------------------------------------------------------

        static object Array(object json, Type type, object hint) {
            var of = type.GetElementType();
            if (Below(json, "$bytes") is string digits) {
                if (of == typeof(byte)) return Bytes(digits);
                throw new Unfit("bytes are no " + type.Name);
            }
            if (of == typeof(char) && json is string text) return text.ToCharArray();
            var items = Items(json);
            if (type.GetArrayRank() == 2) return Grid(items, of, hint);
            if (type.GetArrayRank() > 2) throw new Unfit("no arrays of more than two dimensions are made");
            var array = System.Array.CreateInstance(of, items.Count);
            for (var i = 0; i < items.Count; i++) array.SetValue(Value(items[i], of, Item(hint, i)), i);
            return array;
        }

        static object Grid(List<object> rows, Type of, object hint) {
            var width = rows.Count == 0 ? 0 : Items(rows[0]).Count;
            var grid = System.Array.CreateInstance(of, rows.Count, width);
            for (var i = 0; i < rows.Count; i++) {
                var row = Items(rows[i]);
                if (row.Count != width) throw new Unfit("the lists are not equally long");
                for (var j = 0; j < width; j++) grid.SetValue(Value(row[j], of, Item(Item(hint, i), j)), i, j);
            }
            return grid;
        }

        static byte[] Bytes(string digits) {
            var bytes = new byte[digits.Length / 2];
            for (var i = 0; i < bytes.Length; i++) bytes[i] = byte.Parse(digits.Substring(2 * i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return bytes;
        }

        static object Collection(object json, Type type, object hint) {
            var of = type.IsGenericType ? type.GetGenericArguments() : new Type[0];
            var made = type;
            if (of.Length == 2) {
                if (type.IsInterface) made = typeof(Dictionary<,>).MakeGenericType(of);
                return Map(json, type, made, of, hint);
            }
            if (of.Length == 0) {
                // What holds objects of any kind.
                if (type.IsAssignableFrom(typeof(List<object>))) return Collection(json, typeof(List<object>), hint);
                if (typeof(IDictionary).IsAssignableFrom(type)) {
                    made = type.IsInterface ? typeof(Dictionary<object, object>) : type;
                    return Map(json, type, made, new[] { typeof(object), typeof(object) }, hint);
                }
                of = new[] { typeof(object) };
            }
            var isSet = Has(json, "$set");
            var wantsSet = type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) && IsSet(type);
            var general = type.IsInterface && !wantsSet && type.Name != "IList`1" && type.Name != "IReadOnlyList`1";
            if (isSet != wantsSet && !general) throw new Unfit((isSet ? "a set is no " : "a list is no ") + type.Name);
            var items = Items(json);
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(of[0]));
            for (var i = 0; i < items.Count; i++) list.Add(Value(items[i], of[0], Item(hint, i)));
            if (isSet && type.IsInterface) made = typeof(HashSet<>).MakeGenericType(of[0]);
            if (made.IsInstanceOfType(list)) return list;
            var maker = made.GetConstructor(new[] { typeof(IEnumerable<>).MakeGenericType(of[0]) }) ?? made.GetConstructor(new[] { typeof(ICollection) });
            if (maker == null) throw new Unfit("no values of the type " + type.FullName + " can be made");
            return maker.Invoke(new object[] { list });
        }

        static bool IsSet(Type type) {
            // Not the interface itself: newer libraries have one more of them.
            if (type.Name == "ISet`1" || type.Name == "IReadOnlySet`1") return true;
            foreach (var kind in type.GetInterfaces()) {
                if (kind.IsGenericType && kind.GetGenericTypeDefinition() == typeof(ISet<>)) return true;
            }
            return false;
        }

        static object Map(object json, Type type, Type made, Type[] of, object hint) {
            if (made.GetConstructor(Type.EmptyTypes) == null || !(Activator.CreateInstance(made) is IDictionary map) || !type.IsInstanceOfType(map)) {
                throw new Unfit("no values of the type " + type.FullName + " can be made");
            }
            foreach (var (key, item) in Pairs(json)) map[Value(key, of[0], KeyHint(hint, 0))] = Value(item, of[1], KeyHint(hint, 1));
            return map;
        }

        static object Tuple(List<object> items, Type type, object hint) {
            var of = type.GetGenericArguments();
            if (of.Length != items.Count || of.Length > 7) throw new Unfit("a tuple of " + items.Count + " is no " + type.Name);
            var made = new object[of.Length];
            for (var i = 0; i < made.Length; i++) made[i] = Value(items[i], of[i], Item(hint, i));
            return type.GetConstructor(of).Invoke(made);
        }

        /// <summary>A record for a class whose constructor names its fields, or whose properties can be set.</summary>
        static object Record(List<object> given, Type type) {
            if (type == typeof(object) || type.IsAbstract) throw new Unfit("a record for a place that declares no class for it");
            var fields = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
            foreach (var pair in given) fields[(string)((List<object>)pair)[0]] = ((List<object>)pair)[1];
            foreach (var maker in type.GetConstructors()) {
                var declared = maker.GetParameters();
                if (declared.Length != fields.Count || declared.Length == 0) continue;
                var made = new object[declared.Length];
                var all = true;
                for (var i = 0; i < made.Length && all; i++) {
                    all = fields.TryGetValue(declared[i].Name, out var item);
                    if (all) made[i] = Value(item, declared[i].ParameterType, "any");
                }
                if (all) return maker.Invoke(made);
            }
            if (!type.IsValueType && type.GetConstructor(Type.EmptyTypes) == null) throw new Unfit("a record of " + given.Count + " is no " + type.Name);
            var empty = Activator.CreateInstance(type);
            foreach (var field in fields) {
                const BindingFlags Any = BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase;
                var property = type.GetProperty(field.Key, Any);
                if (property != null && property.CanWrite) property.SetValue(empty, Value(field.Value, property.PropertyType, "any"));
                else if (type.GetField(field.Key, Any) is FieldInfo place) place.SetValue(empty, Value(field.Value, place.FieldType, "any"));
                else throw new Unfit(type.Name + " has no " + field.Key);
            }
            return empty;
        }

        // ---- what no declaration says -----------------------------------------------------------------------------------

        static object Any(object json, object hint) {
            hint = Below(hint, "optional") ?? hint;
            if (json == null || json is bool || json is string) return json;
            if (json is long || json is BigInteger || json is double || Has(json, "$int") || Has(json, "$float")) {
                var number = Number(json);
                if (!(number is long whole)) return number;
                if ("float".Equals(hint)) return (double)whole;
                return whole == (int)whole ? (int)whole : (object)whole;
            }
            if (json is List<object>) return Value(json, typeof(List<object>), hint);
            if (Has(json, "$set")) return Value(json, typeof(HashSet<object>), hint);
            if (Below(json, "$bytes") is string digits) return Bytes(digits);
            if (Has(json, "$some")) return Any(Below(json, "$some"), hint);
            if (Has(json, "$tag")) return Tagged((List<object>)Below(json, "$tag"), typeof(object));
            if (Below(json, "$tuple") is List<object> items) return AnyTuple(items, hint);
            if (Has(json, "$record")) throw new Unfit("a record for a place that declares no class for it");
            var texts = true;
            foreach (var (key, _) in Pairs(json)) texts &= key is string;
            return Value(json, texts ? typeof(Dictionary<string, object>) : typeof(Dictionary<object, object>), hint);
        }

        static object AnyTuple(List<object> items, object hint) {
            if (items.Count == 0 || items.Count > 7) throw new Unfit("a tuple of " + items.Count + " for a place that declares none");
            var of = new Type[items.Count];
            for (var i = 0; i < of.Length; i++) of[i] = typeof(object);
            var kind = typeof(ValueTuple<,>).Assembly.GetType("System.ValueTuple`" + of.Length);
            return Tuple(items, kind.MakeGenericType(of), hint);
        }

        // ---- forms and types --------------------------------------------------------------------------------------------

        /// <summary>What stands below the one key of a form or of a type, or null.</summary>
        public static object Below(object json, string key) {
            return json is Dictionary<string, object> map && map.Count == 1 && map.TryGetValue(key, out var found) ? found : null;
        }

        static bool Has(object json, string key) {
            return json is Dictionary<string, object> map && map.Count == 1 && map.ContainsKey(key);
        }

        static List<object> Items(object json) {
            return (json ?? "") as List<object> ?? Below(json, "$tuple") as List<object> ?? Below(json, "$set") as List<object>
                ?? throw new Unfit(Named(json) + " is no list");
        }

        static List<(object, object)> Pairs(object json) {
            var pairs = new List<(object, object)>();
            if (Below(json, "$map") is List<object> list) {
                foreach (List<object> pair in list) pairs.Add((pair[0], pair[1]));
                return pairs;
            }
            if (!(json is Dictionary<string, object> map)) throw new Unfit(Named(json) + " is no map");
            foreach (var entry in map) {
                if (entry.Key.StartsWith("$", StringComparison.Ordinal)) throw new Unfit(Named(json) + " is no map");
                pairs.Add((entry.Key, entry.Value));
            }
            return pairs;
        }

        static string Named(object json) {
            switch (json) {
                case null: return "null";
                case bool _: return "a truth value";
                case string _: return "a text";
                case double _: return "a float";
                case long _: case BigInteger _: return "an integer";
                case List<object> _: return "a list";
                default:
                    foreach (var key in ((Dictionary<string, object>)json).Keys) {
                        if (key.StartsWith("$", StringComparison.Ordinal)) return "a " + key.Substring(1);
                    }
                    return "a map";
            }
        }

        /// <summary>The task's type of an item.</summary>
        public static object Item(object hint, int index) {
            if (Below(hint, "tuple") is List<object> of) return index < of.Count ? of[index] : "any";
            return Below(hint, "list") ?? Below(hint, "set") ?? "any";
        }

        /// <summary>The task's type of a key (0) or of what a key leads to (1).</summary>
        public static object KeyHint(object hint, int which) {
            return Below(hint, "map") is List<object> of ? of[which] : "any";
        }
    }
}
