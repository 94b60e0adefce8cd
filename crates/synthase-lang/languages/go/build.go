// Compiles a Go program against packages that were compiled beforehand, which `go build` would look for
// anew each time. For a program that is called it also makes what Go wants around it: a text without a
// package clause gets one, together with the imports of the standard packages that it names.
//
//	build packages GO             compiles the standard packages and the driver into pkg/
//	build run PREPARED TOOLS FILE OUTPUT    compiles a complete program
//	build call PREPARED TOOLS FILE OUTPUT   compiles a program together with the driver
//	build alone PREPARED TOOLS FILE OUTPUT  compiles a text by itself, without linking it
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(words ...string) {
	command := exec.Command(words[0], words[1:]...)
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	if command.Run() != nil {
		os.Exit(1)
	}
}

func main() {
	if os.Args[1] == "packages" {
		makePackages(os.Args[2])
		return
	}
	mode, prepared, tools, file, output := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	config, err := os.ReadFile(filepath.Join(prepared, "pkg", "importcfg"))
	fail(err)
	config = bytes.ReplaceAll(config, []byte("=@/"), []byte("="+filepath.Join(prepared, "pkg")+"/"))
	fail(os.WriteFile("importcfg", config, 0o644))
	files := []string{file}
	switch mode {
	case "call":
		files = assemble(file, true)
	case "alone":
		files = assemble(file, false)
	}
	compile := []string{filepath.Join(tools, "compile"), "-p", "main", "-complete", "-pack", "-importcfg", "importcfg", "-o", "program.a"}
	run(append(compile, files...)...)
	if mode == "alone" {
		fail(os.Rename("program.a", output))
		return
	}
	run(filepath.Join(tools, "link"), "-importcfg", "importcfg", "-buildmode", "exe", "-s", "-w", "-o", output, "program.a")
}

// makePackages compiles the standard library as far as it needs no C, and the driver.
func makePackages(program string) {
	fail(os.MkdirAll("pkg", 0o755))
	listed, err := exec.Command(program, "list", "-export", "-f", "{{.ImportPath}}\t{{.Export}}", "std").Output()
	fail(err)
	var config strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(string(listed)), "\n") {
		path, archive, _ := strings.Cut(line, "\t")
		if archive == "" || strings.HasPrefix(path, "cmd/") {
			continue
		}
		content, err := os.ReadFile(archive)
		fail(err)
		name := strconv.Itoa(i) + ".a"
		fail(os.WriteFile(filepath.Join("pkg", name), content, 0o644))
		fmt.Fprintf(&config, "packagefile %s=@/%s\n", path, name)
	}
	local := strings.ReplaceAll(config.String(), "=@/", "=pkg/")
	fail(os.WriteFile("importcfg", []byte(local), 0o644))
	tools, err := exec.Command(program, "env", "GOTOOLDIR").Output()
	fail(err)
	compiler := filepath.Join(strings.TrimSpace(string(tools)), "compile")
	run(compiler, "-p", "synthase", "-complete", "-pack", "-importcfg", "importcfg", "-o", "pkg/synthase.a", "driver.go")
	config.WriteString("packagefile synthase=@/synthase.a\n")
	fail(os.WriteFile("pkg/importcfg", []byte(config.String()), 0o644))
}

// assemble writes the files of a program that is called, and gives their names. The file `call` beside it
// tells the entry point and its number of arguments, `prelude.go` what stands before the program.
func assemble(file string, called bool) []string {
	source, err := os.ReadFile(file)
	fail(err)
	prelude, _ := os.ReadFile("prelude.go")
	text := string(source)
	files := []string{file}
	if len(bytes.TrimSpace(prelude)) > 0 {
		if _, err := parser.ParseFile(token.NewFileSet(), "", text, parser.PackageClauseOnly); err == nil {
			// Both are files of their own.
			fail(os.WriteFile("prelude.go", []byte(complete(string(prelude))), 0o644))
			files = append(files, "prelude.go")
		} else {
			text = string(prelude) + "\n//line " + file + ":1\n" + text
		}
	}
	if !called {
		fail(os.WriteFile(file, []byte(complete(text)), 0o644))
		return files
	}
	order, err := os.ReadFile("call")
	fail(err)
	entry, count := "", 0
	fmt.Sscan(string(order), &entry, &count)
	text = renameMain(complete(text))
	fail(os.WriteFile(file, []byte(text), 0o644))
	found := "nil"
	if declares(file, text, entry, count) {
		found = entry
	}
	call := "package main\n\nimport synthase_driver \"synthase\"\n\nfunc main() { synthase_driver.Serve(" + found + ") }\n"
	fail(os.WriteFile("synthase_call.go", []byte(call), 0o644))
	return append(files, "synthase_call.go")
}

// complete gives a text the package clause and the imports that it lacks. It adds no line.
func complete(text string) string {
	set := token.NewFileSet()
	if clause, err := parser.ParseFile(set, "", text, parser.PackageClauseOnly); err == nil {
		// A program of another package is the main one here.
		at := set.Position(clause.Name.Pos()).Offset
		return text[:at] + "main" + text[at+len(clause.Name.Name):]
	}
	const clause = "package main; "
	parsed, err := parser.ParseFile(set, "", clause+text, 0)
	if err != nil {
		return clause + text
	}
	imported := map[string]*ast.ImportSpec{}
	for _, spec := range parsed.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := path[strings.LastIndex(path, "/")+1:]
		if path == "math/rand/v2" {
			name = "rand"
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imported[name] = spec
	}
	unresolved := map[*ast.Ident]bool{}
	for _, ident := range parsed.Unresolved {
		unresolved[ident] = true
	}
	used := map[string]bool{}
	ast.Inspect(parsed, func(node ast.Node) bool {
		if selector, is := node.(*ast.SelectorExpr); is {
			if ident, is := selector.X.(*ast.Ident); is && unresolved[ident] {
				used[ident.Name] = true
			}
		}
		return true
	})
	out := clause
	names := []string{}
	for name := range used {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if path, known := standard[name]; known && imported[name] == nil {
			out += "import " + strconv.Quote(path) + "; "
		}
	}
	// Imports that nothing uses are an error in Go; a prelude offers them to every program. One after the
	// other, because the places of the others move.
	rest := []byte(clause + text)
	for name, spec := range imported {
		if !used[name] && name != "_" && name != "." {
			if spec.Name != nil {
				rest = blank(rest, set.Position(spec.Name.Pos()).Offset, set.Position(spec.Name.End()).Offset)
			}
			path := set.Position(spec.Path.Pos()).Offset
			rest = append(rest[:path:path], append([]byte("_ "), rest[path:]...)...)
			return complete(string(rest[len(clause):]))
		}
	}
	return out + string(rest[len(clause):])
}

func blank(text []byte, from, to int) []byte {
	for i := from; i < to; i++ {
		text[i] = ' '
	}
	return text
}

// renameMain makes room for the `main` that answers calls.
func renameMain(text string) string {
	set := token.NewFileSet()
	parsed, _ := parser.ParseFile(set, "", text, 0)
	if parsed == nil {
		return text
	}
	for _, decl := range parsed.Decls {
		if function, is := decl.(*ast.FuncDecl); is && function.Recv == nil && function.Name.Name == "main" {
			at := set.Position(function.Name.Pos()).Offset
			return text[:at] + "synthase_program_main" + text[at+len("main"):]
		}
	}
	return text
}

// declares tells whether a text has the entry point. One that cannot be called with plain data, or takes
// another number of arguments, ends the build.
func declares(file, text, entry string, count int) bool {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
	if err != nil {
		// The compiler will say what is wrong.
		return true
	}
	for _, decl := range parsed.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil && decl.Name.Name == entry {
				check(decl.Type, entry, count)
				return true
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if values, is := spec.(*ast.ValueSpec); is && decl.Tok == token.VAR {
					for _, name := range values.Names {
						if name.Name == entry {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

func check(function *ast.FuncType, entry string, count int) {
	params := 0
	for _, field := range function.Params.List {
		params += len(field.Names)
		if len(field.Names) == 0 {
			params++
		}
		ast.Inspect(field.Type, func(node ast.Node) bool {
			switch node.(type) {
			case *ast.FuncType, *ast.ChanType:
				fail(fmt.Errorf("%s takes an argument that is no plain data", entry))
			}
			return true
		})
	}
	if params != count {
		fail(fmt.Errorf("%s takes %d arguments, not %d", entry, params, count))
	}
}

// standard tells the path of a package that is named in a text without imports.
var standard = map[string]string{
	"adler32": "hash/adler32", "aes": "crypto/aes", "atomic": "sync/atomic", "base32": "encoding/base32",
	"base64": "encoding/base64", "big": "math/big", "binary": "encoding/binary", "bits": "math/bits",
	"bufio": "bufio", "bytes": "bytes", "cmp": "cmp", "cmplx": "math/cmplx", "context": "context",
	"crc32": "hash/crc32", "crc64": "hash/crc64", "csv": "encoding/csv", "debug": "runtime/debug",
	"errors": "errors", "fmt": "fmt", "fnv": "hash/fnv", "hash": "hash", "heap": "container/heap",
	"hex": "encoding/hex", "hmac": "crypto/hmac", "html": "html", "io": "io", "iter": "iter",
	"json": "encoding/json", "list": "container/list", "log": "log", "maps": "maps", "math": "math",
	"md5": "crypto/md5", "os": "os", "path": "path", "rand": "math/rand", "reflect": "reflect",
	"regexp": "regexp", "ring": "container/ring", "runtime": "runtime", "scanner": "text/scanner",
	"sha1": "crypto/sha1", "sha256": "crypto/sha256", "sha512": "crypto/sha512", "slices": "slices",
	"sort": "sort", "strconv": "strconv", "strings": "strings", "sync": "sync", "tabwriter": "text/tabwriter",
	"template": "text/template", "time": "time", "unicode": "unicode", "unsafe": "unsafe", "url": "net/url",
	"utf16": "unicode/utf16", "utf8": "unicode/utf8", "xml": "encoding/xml",
}
