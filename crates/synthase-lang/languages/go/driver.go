// Package synthase is the Go end of the conversation between the broker and a program, compiled once and
// linked to every program that is called. Values are converted by the types that the program itself
// declares. Where those do not tell enough (a `rune` is an `int32`, a set is a map), the types of the task decide.
//
// A text becomes a `string`, or a `rune` or `byte` if it is one character; an optional is a pointer; a set
// is a map to `struct{}` or `bool`; a tuple is a struct, field by field, or several results. A last result of
// type `error` that is not nil is raised. `interface{}` gets `int`, `float64`, `string`, `bool`, nil,
// `[]interface{}` and `map[string]interface{}`.
package synthase

import (
	"errors"
	"math"
	"os"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"
)

const (
	maxDepth   = 40
	maxFrame   = 8 << 20
	maxMessage = 10000
	maxStack   = 256 << 20
)

// ---- JSON ------------------------------------------------------------------------------------

// number holds the digits as they stand.
type number string

type pair struct {
	key   string
	value any
}

// object keeps the order of its keys.
type object []pair

func (o object) get(key string) (any, bool) {
	for _, p := range o {
		if p.key == key {
			return p.value, true
		}
	}
	return nil, false
}

type parser struct {
	bytes []byte
	at    int
}

func (p *parser) eat(c byte) bool {
	for p.at < len(p.bytes) && (p.bytes[p.at] == ' ' || p.bytes[p.at] == '\n' || p.bytes[p.at] == '\r' || p.bytes[p.at] == '\t') {
		p.at++
	}
	if p.at < len(p.bytes) && p.bytes[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) value() any {
	switch {
	case p.eat('"'):
		return p.text()
	case p.eat('['):
		items := []any{}
		for !p.eat(']') && p.at < len(p.bytes) {
			items = append(items, p.value())
			p.eat(',')
		}
		return items
	case p.eat('{'):
		pairs := object{}
		for !p.eat('}') && p.eat('"') {
			key := p.text()
			p.eat(':')
			pairs = append(pairs, pair{key, p.value()})
			p.eat(',')
		}
		return pairs
	}
	start := p.at
	for p.at < len(p.bytes) && strings.IndexByte("+-.", p.bytes[p.at]) >= 0 || p.at < len(p.bytes) && isWordByte(p.bytes[p.at]) {
		p.at++
	}
	word := string(p.bytes[start:p.at])
	switch word {
	case "null", "":
		p.at = max(p.at, start+1)
		return nil
	case "true":
		return true
	case "false":
		return false
	}
	return number(word)
}

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func max(a, b int) int {
	if a > b {
		return a
	}
	return b
}

func (p *parser) text() string {
	var out []byte
	for p.at < len(p.bytes) && p.bytes[p.at] != '"' {
		c := p.bytes[p.at]
		p.at++
		if c != '\\' || p.at == len(p.bytes) {
			out = append(out, c)
			continue
		}
		c = p.bytes[p.at]
		p.at++
		switch c {
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'u':
			r := p.code()
			if r >= 0xd800 && r < 0xdc00 {
				p.at += 2
				r = 0x10000 + (r-0xd800)<<10 + p.code() - 0xdc00
			}
			out = append(out, string(r)...)
		default:
			out = append(out, c)
		}
	}
	p.at++
	return string(out)
}

func (p *parser) code() rune {
	if p.at+4 > len(p.bytes) {
		return utf8.RuneError
	}
	n, _ := strconv.ParseUint(string(p.bytes[p.at:p.at+4]), 16, 32)
	p.at += 4
	return rune(n)
}

func quote(text string) string {
	out := []byte{'"'}
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < 0x20:
			out = append(out, "\\u00"...)
			out = append(out, "0123456789abcdef"[r>>4], "0123456789abcdef"[r&15])
		default:
			out = append(out, string(r)...)
		}
	}
	return string(append(out, '"'))
}

func show(json any) string {
	switch v := json.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case number:
		return string(v)
	case string:
		return quote(v)
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = show(item)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	parts := []string{}
	for _, p := range json.(object) {
		parts = append(parts, quote(p.key)+":"+show(p.value))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// ---- JSON to arguments -----------------------------------------------------------------------

func unfit(json any, t reflect.Type) error {
	text := show(json)
	if len(text) > 200 {
		text = text[:200]
	}
	return errors.New(text + " does not fit " + t.String())
}

// special gives the content of a form with one `$` key.
func special(json any, key string) (any, bool) {
	if o, is := json.(object); is && len(o) == 1 {
		return o.get(key)
	}
	return nil, false
}

func digits(json any) (string, bool) {
	if text, is := special(json, "$int"); is {
		s, is := text.(string)
		return s, is
	}
	n, is := json.(number)
	return string(n), is
}

func items(json any) ([]any, bool) {
	for _, key := range []string{"$set", "$tuple"} {
		if inner, is := special(json, key); is {
			json = inner
		}
	}
	if hex, is := special(json, "$bytes"); is {
		text, out := hex.(string), []any{}
		for i := 0; i+1 < len(text); i += 2 {
			n, _ := strconv.ParseUint(text[i:i+2], 16, 8)
			out = append(out, number(strconv.FormatUint(n, 10)))
		}
		return out, true
	}
	list, is := json.([]any)
	return list, is
}

// entries gives the pairs of a map.
func entries(json any) ([][2]any, bool) {
	out := [][2]any{}
	if inner, is := special(json, "$map"); is {
		list, _ := inner.([]any)
		for _, item := range list {
			if kv, is := item.([]any); is && len(kv) == 2 {
				out = append(out, [2]any{kv[0], kv[1]})
			}
		}
		return out, true
	}
	o, is := json.(object)
	if !is || len(o) == 1 && strings.HasPrefix(o[0].key, "$") {
		return nil, false
	}
	for _, p := range o {
		out = append(out, [2]any{p.key, p.value})
	}
	return out, true
}

func decode(json any, t reflect.Type) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	return v, fill(v, json)
}

func fill(v reflect.Value, json any) error {
	t := v.Type()
	switch t.Kind() {
	case reflect.Bool:
		if b, is := json.(bool); is {
			v.SetBool(b)
			return nil
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if text, is := json.(string); is && t.Kind() == reflect.Int32 {
			if r, size := utf8.DecodeRuneInString(text); size > 0 && size == len(text) {
				v.SetInt(int64(r))
				return nil
			}
		}
		text, is := digits(json)
		if n, err := strconv.ParseInt(text, 10, 64); is && err == nil && !v.OverflowInt(n) {
			v.SetInt(n)
			return nil
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if text, is := json.(string); is && t.Kind() == reflect.Uint8 && len(text) == 1 {
			v.SetUint(uint64(text[0]))
			return nil
		}
		text, is := digits(json)
		if n, err := strconv.ParseUint(text, 10, 64); is && err == nil && !v.OverflowUint(n) {
			v.SetUint(n)
			return nil
		}
	case reflect.Float32, reflect.Float64:
		text, is := digits(json)
		if word, found := special(json, "$float"); found {
			text, is = word.(string)
		}
		if x, err := strconv.ParseFloat(text, 64); is && (err == nil || math.IsInf(x, 0)) {
			v.SetFloat(x)
			return nil
		}
	case reflect.String:
		if text, is := json.(string); is {
			v.SetString(text)
			return nil
		}
	case reflect.Ptr:
		if json == nil {
			return nil
		}
		if inner, is := special(json, "$some"); is {
			json = inner
		}
		v.Set(reflect.New(t.Elem()))
		return fill(v.Elem(), json)
	case reflect.Slice, reflect.Array:
		if text, is := json.(string); is && t == reflect.TypeOf([]byte(nil)) {
			v.SetBytes([]byte(text))
			return nil
		}
		list, is := items(json)
		if t.Kind() == reflect.Slice && is {
			v.Set(reflect.MakeSlice(t, len(list), len(list)))
		}
		if is && v.Len() == len(list) {
			for i, item := range list {
				if err := fill(v.Index(i), item); err != nil {
					return err
				}
			}
			return nil
		}
	case reflect.Map:
		return fillMap(v, json)
	case reflect.Struct:
		return fillStruct(v, json)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			break
		}
		held, err := plain(json)
		if err == nil && held != nil {
			v.Set(reflect.ValueOf(held))
		}
		return err
	}
	return unfit(json, t)
}

func fillMap(v reflect.Value, json any) error {
	t := v.Type()
	v.Set(reflect.MakeMap(t))
	pairs, is := entries(json)
	if set, isSet := special(json, "$set"); isSet {
		list, _ := set.([]any)
		for _, item := range list {
			key, err := decode(item, t.Key())
			if err != nil {
				return err
			}
			member := reflect.New(t.Elem()).Elem()
			switch {
			case t.Elem().Kind() == reflect.Bool:
				member.SetBool(true)
			case t.Elem().Kind() != reflect.Struct || t.Elem().NumField() > 0:
				return unfit(json, t)
			}
			v.SetMapIndex(key, member)
		}
		return nil
	}
	if !is {
		return unfit(json, t)
	}
	for _, kv := range pairs {
		key, err := decode(kv[0], t.Key())
		if err != nil {
			return err
		}
		value, err := decode(kv[1], t.Elem())
		if err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
	return nil
}

// fillStruct fills the fields in their order from a tuple, and by their names from a record.
func fillStruct(v reflect.Value, json any) error {
	t := v.Type()
	for i := 0; i < t.NumField(); i++ {
		if !t.Field(i).IsExported() {
			return unfit(json, t)
		}
	}
	if record, is := special(json, "$record"); is {
		parts, _ := record.([]any)
		fields, _ := parts[len(parts)-1].([]any)
		for _, field := range fields {
			kv, is := field.([]any)
			if !is || len(kv) != 2 {
				return unfit(json, t)
			}
			name, _ := kv[0].(string)
			place := v.FieldByNameFunc(func(other string) bool { return sameName(other, name) })
			if !place.IsValid() {
				return unfit(json, t)
			}
			if err := fill(place, kv[1]); err != nil {
				return err
			}
		}
		return nil
	}
	list, is := items(json)
	if !is || len(list) != v.NumField() {
		return unfit(json, t)
	}
	for i, item := range list {
		if err := fill(v.Field(i), item); err != nil {
			return err
		}
	}
	return nil
}

// sameName compares `UserName` and `user_name` as the same name.
func sameName(a, b string) bool {
	return strings.EqualFold(strings.ReplaceAll(a, "_", ""), strings.ReplaceAll(b, "_", ""))
}

// plain gives what a literal would be in an `interface{}`.
func plain(json any) (any, error) {
	var t reflect.Type
	switch json.(type) {
	case nil, bool, string:
		return json, nil
	case number:
		t = reflect.TypeOf(0)
		if strings.ContainsAny(string(json.(number)), ".eE") {
			t = reflect.TypeOf(0.0)
		}
	case []any:
		t = reflect.TypeOf([]any{})
	case object:
		t = reflect.TypeOf(map[string]any{})
		for key, form := range forms {
			if _, is := special(json, key); is {
				t = form
			}
		}
	}
	v, err := decode(json, t)
	return v.Interface(), err
}

var forms = map[string]reflect.Type{
	"$int": reflect.TypeOf(uint64(0)), "$float": reflect.TypeOf(0.0), "$bytes": reflect.TypeOf([]byte{}),
	"$tuple": reflect.TypeOf([]any{}), "$set": reflect.TypeOf(map[any]bool{}),
}

func init() {
	if strconv.IntSize == 64 {
		forms["$int"] = reflect.TypeOf(0)
	}
}

// ---- results to JSON -------------------------------------------------------------------------

// noValue is a result without a form.
type noValue struct{ why string }

func refuse(why string) { panic(noValue{why}) }

// of gives a part of a task's type, `{"list": T}` and the like; nil where there is none.
func of(hint any, key string) any {
	inner, _ := special(hint, key)
	return inner
}

func encode(v reflect.Value, hint any, depth int) string {
	if depth == 0 {
		refuse("nested deeper than 40 levels")
	}
	depth--
	if inner := of(hint, "optional"); inner != nil && v.Kind() != reflect.Ptr {
		hint = inner
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if hint == "str" && v.Kind() == reflect.Int32 {
			return encodeText(string(rune(v.Int())))
		}
		return encodeInteger(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if hint == "str" && v.Kind() == reflect.Uint8 {
			return encodeText(string([]byte{byte(v.Uint())}))
		}
		return encodeInteger(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		return encodeFloat(v.Float())
	case reflect.String:
		return encodeText(v.String())
	case reflect.Ptr:
		if v.IsNil() {
			return "null"
		}
		text := encode(v.Elem(), of(hint, "optional"), depth)
		if v.Type().Elem().Kind() == reflect.Ptr {
			return `{"$some":` + text + "}"
		}
		return text
	case reflect.Interface:
		if v.IsNil() {
			return "null"
		}
		return encode(v.Elem(), hint, depth+1)
	case reflect.Slice, reflect.Array:
		return encodeList(v, hint, depth)
	case reflect.Map:
		return encodeMap(v, hint, depth)
	case reflect.Struct:
		return encodeStruct(v, hint, depth)
	}
	refuse("a value of type " + v.Type().String())
	return ""
}

func encodeText(text string) string {
	if !utf8.ValidString(text) {
		refuse("a text that is not UTF-8")
	}
	return quote(text)
}

func encodeInteger(text string) string {
	// Larger ones are not exact as a double.
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= -(1<<53) && n <= 1<<53 {
		return text
	}
	return `{"$int":"` + text + `"}`
}

func encodeFloat(x float64) string {
	switch {
	case math.IsNaN(x):
		return `{"$float":"nan"}`
	case math.IsInf(x, 1):
		return `{"$float":"inf"}`
	case math.IsInf(x, -1):
		return `{"$float":"-inf"}`
	}
	text := strconv.FormatFloat(x, 'g', -1, 64)
	// `1` would read as an integer.
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

func encodeList(v reflect.Value, hint any, depth int) string {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 && of(hint, "list") == nil {
		if hint == "str" {
			return encodeText(string(v.Bytes()))
		}
		out := make([]byte, 0, 2*v.Len())
		for _, b := range v.Bytes() {
			out = append(out, "0123456789abcdef"[b>>4], "0123456789abcdef"[b&15])
		}
		return `{"$bytes":"` + string(out) + `"}`
	}
	if hint == "str" && v.Type().Elem().Kind() == reflect.Int32 {
		return encodeText(string(v.Convert(reflect.TypeOf([]rune{})).Interface().([]rune)))
	}
	open, shut := "[", "]"
	inner := of(hint, "list")
	tuple, isTuple := of(hint, "tuple").([]any)
	if set := of(hint, "set"); set != nil {
		inner, open, shut = set, `{"$set":[`, "]}"
	}
	if isTuple {
		open, shut = `{"$tuple":[`, "]}"
	}
	parts := make([]string, v.Len())
	for i := range parts {
		if isTuple && i < len(tuple) {
			inner = tuple[i]
		}
		parts[i] = encode(v.Index(i), inner, depth)
	}
	return open + strings.Join(parts, ",") + shut
}

func encodeMap(v reflect.Value, hint any, depth int) string {
	t := v.Type()
	empty := t.Elem().Kind() == reflect.Struct && t.Elem().NumField() == 0
	inner := of(hint, "set")
	parts := []string{}
	if empty || inner != nil && t.Elem().Kind() == reflect.Bool {
		for _, key := range v.MapKeys() {
			if empty || v.MapIndex(key).Bool() {
				parts = append(parts, encode(key, inner, depth))
			}
		}
		return `{"$set":[` + strings.Join(parts, ",") + "]}"
	}
	var keyHint, itemHint any
	if kv, is := of(hint, "map").([]any); is && len(kv) == 2 {
		keyHint, itemHint = kv[0], kv[1]
	}
	for _, key := range v.MapKeys() {
		parts = append(parts, "["+encode(key, keyHint, depth)+","+encode(v.MapIndex(key), itemHint, depth)+"]")
	}
	return `{"$map":[` + strings.Join(parts, ",") + "]}"
}

func encodeStruct(v reflect.Value, hint any, depth int) string {
	t := v.Type()
	parts := []string{}
	if types, is := of(hint, "tuple").([]any); is {
		for i := 0; i < v.NumField(); i++ {
			var inner any
			if i < len(types) {
				inner = types[i]
			}
			parts = append(parts, encode(v.Field(i), inner, depth))
		}
		return `{"$tuple":[` + strings.Join(parts, ",") + "]}"
	}
	fields, _ := of(hint, "record").([]any)
	for i := 0; i < v.NumField(); i++ {
		name := t.Field(i).Name
		var inner any
		for _, field := range fields {
			if kv, is := field.([]any); is && len(kv) == 2 && sameName(name, kv[0].(string)) {
				name, inner = kv[0].(string), kv[1]
			}
		}
		parts = append(parts, "["+quote(name)+","+encode(v.Field(i), inner, depth)+"]")
	}
	return `{"$record":[null,[` + strings.Join(parts, ",") + "]]}"
}

// ---- the call --------------------------------------------------------------------------------

func raised(kind, message string, bases ...string) string {
	if len(message) > maxMessage {
		message = message[:maxMessage]
	}
	for i := range bases {
		bases[i] = quote(bases[i])
	}
	return `"raised":[` + quote(kind) + "," + quote(message) + ",[" + strings.Join(bases, ",") + "]]"
}

func kindOf(err error) string {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Ptr {
		t = t.Elem()
	}
	return t.Name()
}

// describe gives the answer to a panic. Errors keep the name of their type, because a recover could tell it.
func describe(panicked any) string {
	switch p := panicked.(type) {
	case noValue:
		return `"invalid":` + quote(p.why)
	case error:
		return raised(kindOf(p), p.Error(), "panic")
	case string:
		return raised("panic", p)
	case interface{ String() string }:
		return raised("panic", p.String())
	}
	v := reflect.ValueOf(panicked)
	if k := v.Kind(); k == reflect.Int {
		return raised("panic", strconv.FormatInt(v.Int(), 10))
	}
	return raised("panic", "")
}

func guarded(work func() string) (content string) {
	defer func() {
		if panicked := recover(); panicked != nil {
			content = describe(panicked)
		}
	}()
	return work()
}

var errorType = reflect.TypeOf((*error)(nil)).Elem()

// result gives the answer to what an entry point returned.
func result(results []reflect.Value, hint any) string {
	if count := len(results); count > 0 && results[count-1].Type() == errorType {
		if !results[count-1].IsNil() {
			err := results[count-1].Interface().(error)
			return raised(kindOf(err), err.Error(), "error")
		}
		results = results[:count-1]
	}
	var text string
	switch len(results) {
	case 0:
		text = "null"
	case 1:
		text = encode(results[0], hint, maxDepth)
	default:
		types, _ := of(hint, "tuple").([]any)
		parts := make([]string, len(results))
		for i, v := range results {
			var inner any
			if i < len(types) {
				inner = types[i]
			}
			parts[i] = encode(v, inner, maxDepth-1)
		}
		text = `{"$tuple":[` + strings.Join(parts, ",") + "]}"
	}
	if len(text) > maxFrame {
		refuse("more than 8 MiB")
	}
	return `"value":` + text
}

type program struct {
	entry  reflect.Value
	params []any
	result any
}

func (p *program) call(json any, after bool) string {
	list, _ := json.([]any)
	t := p.entry.Type()
	args := []reflect.Value{}
	if len(list) != t.NumIn() {
		return `"unfit":"it takes another number of arguments"`
	}
	for i, item := range list {
		v, err := decode(item, t.In(i))
		if err != nil {
			return `"unfit":` + quote(err.Error())
		}
		args = append(args, v)
	}
	content := guarded(func() string {
		if t.IsVariadic() {
			return result(p.entry.CallSlice(args), p.result)
		}
		return result(p.entry.Call(args), p.result)
	})
	if after {
		parts := make([]string, len(args))
		for i, v := range args {
			var hint any
			if i < len(p.params) {
				hint = p.params[i]
			}
			parts[i] = show(list[i])
			switch v.Kind() {
			case reflect.Slice, reflect.Map, reflect.Ptr, reflect.Interface:
				parts[i] = guarded(func() string { return encode(v, hint, maxDepth) })
				if strings.HasPrefix(parts[i], `"invalid":`) || strings.HasPrefix(parts[i], `"raised":`) {
					parts[i] = "null"
				}
			}
		}
		content += `,"after":[` + strings.Join(parts, ",") + "]"
	}
	return content
}

func (p *program) answers(calls []any, after bool) string {
	out := `"answers":[`
	for i, args := range calls {
		if i > 0 {
			out += ","
		}
		out += "{" + p.call(args, after) + "}"
		if len(out) > maxFrame {
			if len(calls) > 1 {
				return `"split":true`
			}
			return `"answers":[{"invalid":"more than 8 MiB"}]`
		}
	}
	return out + "]"
}

// ---- the conversation ------------------------------------------------------------------------

func readExactly(count int) []byte {
	out := make([]byte, count)
	for at := 0; at < count; {
		n, err := syscall.Read(3, out[at:])
		if err == syscall.EINTR || err == syscall.EAGAIN {
			continue
		}
		if n <= 0 {
			os.Exit(0)
		}
		at += n
	}
	return out
}

func send(body string) {
	n := len(body)
	frame := append([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}, body...)
	for len(frame) > 0 {
		n, err := syscall.Write(3, frame)
		if err == syscall.EINTR || err == syscall.EAGAIN {
			continue
		}
		if err != nil {
			os.Exit(0)
		}
		frame = frame[n:]
	}
}

// Serve answers the broker's questions until there are no more. Without an entry point, nil is given.
func Serve(entry any) {
	debug.SetMaxStack(maxStack)
	p := program{entry: reflect.ValueOf(entry)}
	nonce := ""
	for {
		head := readExactly(4)
		frame := readExactly(int(head[0]) | int(head[1])<<8 | int(head[2])<<16 | int(head[3])<<24)
		question, _ := (&parser{bytes: frame}).value().(object)
		if text, is := question.get("nonce"); is {
			nonce, _ = text.(string)
		}
		if types, is := question.get("types"); is {
			o, _ := types.(object)
			params, _ := o.get("params")
			p.params, _ = params.([]any)
			p.result, _ = o.get("returns")
		}
		seq, _ := question.get("seq")
		op, _ := question.get("op")
		after, _ := question.get("after")
		calls, called := question.get("calls")
		list, _ := calls.([]any)
		var content string
		switch {
		case op == "hello":
			content = `"ready":true`
		case !p.entry.IsValid() || p.entry.Kind() != reflect.Func:
			content = `"missing":true`
		case op == "load" && called:
			content = `"loaded":true,` + p.answers(list, after == true)
		case op == "load":
			content = `"loaded":true`
		default:
			content = p.answers(list, after == true)
		}
		send(`{"nonce":` + quote(nonce) + `,"seq":` + show(seq) + "," + content + "}")
	}
}
