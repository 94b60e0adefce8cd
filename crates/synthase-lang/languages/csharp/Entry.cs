using System;
using System.Collections.Generic;
using System.Reflection;
using System.Threading.Tasks;

namespace Synthase {
    /// <summary>The method of a program that is called.</summary>
    static class Entry {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

        /// <summary>
        /// The methods of that name in one type: more than one where it is overloaded, and none where there is none.
        /// Those with so many parameters go first, then public ones, then static ones.
        /// </summary>
        public static List<MethodInfo> Find(Assembly program, string name, int count) {
            var found = new List<MethodInfo>();
            var best = 100;
            // A function of a program without classes is a local one of its first method.
            var local = "g__" + name + "|";
            foreach (var type in program.GetTypes()) {
                foreach (var method in type.GetMethods(Declared)) {
                    var isLocal = method.Name.StartsWith("<<Main>$>" + local, StringComparison.Ordinal) || method.Name.StartsWith("<$Main>" + local, StringComparison.Ordinal);
                    if (method.Name != name && !isLocal) continue;
                    var rank = Rank(method) + (method.GetParameters().Length == count ? 0 : 20);
                    if (rank < best) {
                        best = rank;
                        found.Clear();
                    }
                    if (rank == best && rank < 100 && (found.Count == 0 || found[0].DeclaringType == type)) found.Add(Closed(method));
                }
            }
            // From the narrower parameters to the wider ones.
            found.Sort((a, b) => Width(a).CompareTo(Width(b)));
            return found;
        }

        static int Rank(MethodInfo method) {
            if (method.IsAbstract || method.DeclaringType.ContainsGenericParameters) return 100;
            var rank = method.IsPublic ? 0 : method.IsPrivate ? 4 : 1;
            if (method.IsStatic) return rank;
            var made = method.DeclaringType.IsValueType || !method.DeclaringType.IsAbstract && Maker(method.DeclaringType) != null;
            return made ? rank + 8 : 100;
        }

        static ConstructorInfo Maker(Type type) {
            return type.GetConstructor(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance, null, Type.EmptyTypes, null);
        }

        static MethodInfo Closed(MethodInfo method) {
            if (!method.IsGenericMethodDefinition) return method;
            var of = new Type[method.GetGenericArguments().Length];
            for (var i = 0; i < of.Length; i++) of[i] = typeof(object);
            try {
                return method.MakeGenericMethod(of);
            } catch (ArgumentException) {
                return method;
            }
        }

        static int Width(MethodInfo method) {
            var width = 0;
            foreach (var parameter in method.GetParameters()) {
                var type = parameter.ParameterType;
                width += type == typeof(object) ? 9 : type == typeof(decimal) ? 5 : type == typeof(double) || type == typeof(float) ? 3 : type == typeof(long) ? 1 : 0;
            }
            return width;
        }

        /// <summary>Calls it, one that is not static on a new object, and waits for what it promises.</summary>
        public static object Call(MethodInfo method, object[] args) {
            var self = method.IsStatic ? null : method.DeclaringType.IsValueType ? Activator.CreateInstance(method.DeclaringType) : Maker(method.DeclaringType).Invoke(null);
            var result = method.Invoke(self, args);
            if (!(result is Task task)) return result;
            task.GetAwaiter().GetResult();
            for (var type = task.GetType(); type != null; type = type.BaseType) {
                if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>)) {
                    var promised = type.GetProperty("Result").GetValue(task);
                    return promised.GetType().Name == "VoidTaskResult" ? null : promised;
                }
            }
            return null;
        }
    }
}
