package linguist

import (
	"regexp"
	"strings"
	"sync"
)

// programming lists languages to write programs in: their name, then extensions, names of files (with a capital letter or in full) and interpreters
// (after #!).
const programming = `
Ada .adb .ads
Agda .agda
AngelScript .angelscript
Apex .cls
AppleScript .applescript
Assembly .asm .nasm .s
Astro .astro
Awk .awk .gawk .mawk #!awk #!gawk
Ballerina .bal
Batchfile .bat .cmd
C .c .cats .idc #!tcc
C# .cs .cake .csx
C++ .cpp .c++ .cc .cxx .h++ .hh .hpp .hxx .inl .ino .ipp .ixx .cppm .tcc .tpp .txx .ii .re
Clojure .clj .bb .boot .cljc .cljs .cljs.hl .cljscm .cljx #!bb
CMake .cmake CMakeLists.txt
COBOL .cbl .cob .cobol .cpy
CoffeeScript .coffee .cson .iced Cakefile #!coffee
ColdFusion .cfm .cfml
Common_Lisp .lisp .asd .cl .lsp .ny .sexp #!sbcl #!clisp #!ecl
Crystal .cr #!crystal
Cuda .cu .cuh
Cython .pyx .pxd .pxi
D .d .di #!rdmd
Dart .dart #!dart
Dockerfile .dockerfile .containerfile Dockerfile Containerfile
Elixir .ex .exs mix.lock #!elixir
Elm .elm
Emacs_Lisp .el .emacs .emacs.desktop
Erlang .erl .app .app.src .escript .hrl .xrl .yrl rebar.config #!escript
F# .fs .fsi .fsx
Fortran .f .f77 .for .fpp
Fortran_Free_Form .f90 .f03 .f08 .f95
Game_Maker_Language .gml
GDScript .gd
GDShader .gdshader .gdshaderinc
Gleam .gleam
GLSL .glsl .fp .frag .frg .fsh .fshader .geo .geom .glslf .glslv .gshader .rchit .rmiss .shader .tesc .tese .vert .vrx .vs .vsh .vshader .comp
Go .go #!go
Groovy .groovy .grt .gtpl .gvy Jenkinsfile #!groovy
Hack .hack .hhi
Haskell .hs .hs-boot .hsc #!runghc #!runhaskell #!stack
Haxe .hx .hxsl
HLSL .hlsl .cginc .fx .fxh .hlsli
IDL .dlm
Idris .idr .lidr
Inno_Setup .iss .isl
Java .java .jav .jsh #!jshell
JavaScript .js ._js .bones .cjs .es .es6 .gs .jake .javascript .jsb .jscad .jsfl .jslib .jsm .jspre .jss .jsx .mjs .njs .pac .sjs .ssjs .xsjs .xsjslib Jakefile #!node #!nodejs #!bun #!chakra #!d8 #!gjs #!js #!qjs #!rhino #!v8
Julia .jl #!julia
Jupyter_Notebook .ipynb
Kotlin .kt .ktm .kts #!kotlin
LLVM .ll
Lua .lua .fcgi .nse .p8 .pd_lua .rbxs .rockspec .wlua .luacheckrc #!lua #!luajit
Luau .luau #!luau
Makefile .mak .make .mk .mkfile Makefile GNUmakefile BSDmakefile makefile Kbuild #!make
MATLAB .matlab
Meson meson.build meson_options.txt
Metal .metal
Modelica .mo
MoonScript .moon #!moon
Nim .nim .nim.cfg .nimble .nimrod .nims
Nix .nix
NSIS .nsi .nsh
Objective-C .m
Objective-C++ .mm
OCaml .ml .eliom .eliomi .ml4 .mli .mlip .mll .mly #!ocaml #!ocamlrun
Odin .odin
OpenCL .opencl
OpenSCAD .scad
Pascal .pas .dfm .dpr .lpr .pascal .pp
Perl .pl .al .perl .ph .plx .pm .psgi .t cpanfile #!perl
PHP .php .aw .ctp .inc .php3 .php4 .php5 .phps .phpt #!php
PowerShell .ps1 .psd1 .psm1 #!pwsh
Processing .pde
Prolog .prolog .yap .pro #!swipl
Puppet .epp
PureBasic .pb .pbi
PureScript .purs
Python .py .cgi .gyp .gypi .lmi .py3 .pyde .pyi .pyp .pyt .pyw .rpy .spec .tac .wsgi .xpy .bzl SConscript SConstruct wscript Snakefile #!python #!python2 #!python3 #!py #!pypy #!pypy3 #!uv
QML .qml .qbs
QMake .pri
R .r .rd .rsx .Rprofile #!Rscript
Racket .rkt .rktd .rktl .scrbl #!racket
Raku .raku .rakumod .p6 .pl6 .pm6 #!raku #!perl6
ReScript .res .resi
Ring .ring
Ruby .rb .builder .eye .gemspec .god .jbuilder .mspec .pluginspec .podspec .prawn .rabl .rake .rbi .rbuild .rbw .rbx .ru .ruby .thor .watchr Gemfile Rakefile Guardfile Podfile Vagrantfile Fastfile Appfile Brewfile Capfile Berksfile Dangerfile #!ruby #!jruby #!rake #!rbx #!macruby
Rust .rs .rs.in #!rust-script
Scala .scala .kojo .sbt .sc #!scala
Scheme .scm .sch .sld .sls .sps .ss #!guile #!chicken #!csi #!gosh
ShaderLab .shaderlab
Shell .sh .bash .bats .command .ksh .sh.in .tmux .tool .trigger .zsh .zsh-theme .bashrc .profile .zshrc APKBUILD PKGBUILD #!sh #!bash #!zsh #!ksh #!dash #!ash #!rc
fish .fish #!fish
Slint .slint
Smalltalk .st
Solidity .sol
SourcePawn .sp .sma
Squirrel .nut
Standard_ML .sml .fun .sig
Stan .stan
Starlark .star BUILD BUILD.bazel WORKSPACE
SuperCollider .scd
Swift .swift #!swift
SystemVerilog .sv .svh .vh
Tcl .tcl .adp .sdc .tcl.in .tm .xdc #!tclsh #!wish
TypeScript .ts .cts .mts #!deno #!ts-node #!bun #!tsx
TSX .tsx
UnrealScript .uc
Vala .vala .vapi
VBA .bas .frm .vba
VBScript .vbs
Verilog .v .veo
VHDL .vhdl .vhd .vhf .vhi .vho .vhs .vht .vhw
Vim_Script .vim .vba .vimrc .vmb .nvimrc
Visual_Basic_.NET .vb .vbhtml
Vue .vue
WebAssembly .wast .wat
Wren .wren
WGSL .wgsl
Xojo .xojo_code
Yacc .y .yacc
Zig .zig .zig.zon
`

// others lists languages of data, markup and prose, in the same form.
const others = `
AsciiDoc .asciidoc .adoc .asc
BibTeX .bib .bibtex
CSS .css
CSV .csv
TSV .tsv .vcf
Diff .diff .patch
EditorConfig .editorconfig
GraphQL .graphql .gql .graphqls
Gradle .gradle
Git_Attributes .gitattributes
Ignore_List .gitignore .dockerignore .npmignore
Godot_Resource .gdnlib .gdns .tres .tscn project.godot
HCL .hcl .nomad .tf .tfvars
HTML .html .htm .hta .html.hl .inc .xht .xhtml
Handlebars .handlebars .hbs
INI .ini .cfg .cnf .dof .lektorproject .prefs .properties .url .gitconfig
Java_Properties .properties
Jinja .jinja .j2 .jinja2
JSON .json .4DForm .4DProject .avsc .geojson .gltf .har .ice .JSON-tmLanguage .jsonl .mcmeta .sarif .tact .tfstate .topojson .webapp .webmanifest .yy .yyp composer.lock package-lock.json deno.lock
JSON_with_Comments .jsonc .code-snippets .code-workspace .sublime-project .sublime-settings
JSON5 .json5
Less .less
Markdown .md .livemd .markdown .mdown .mdwn .mkd .mkdn .mkdown .ronn .scd .workbook
Motorola_68K_Assembly .x68
Org .org
OpenStep_Property_List .glyphs .plist
PlantUML .puml .iuml .plantuml
Pod .pod
PostScript .ps .eps .epsi .pfa
Protocol_Buffer .proto
reStructuredText .rst .rest .rest.txt .rst.txt
Rich_Text_Format .rtf
RON .ron
Sass .sass
SCSS .scss
SQL .sql .cql .ddl .mysql .prc .tab .udf .viw
StringTemplate .st
Stylus .styl
SVG .svg
Svelte .svelte
TeX .tex .aux .bbx .cbx .cls .dtx .ins .lbx .ltx .mkii .mkiv .mkvi .sty .toc
Text .txt .fr .nb .ncl .no LICENSE COPYING COPYING.LESSER COPYRIGHT.regex README.me
Texinfo .texinfo .texi .txi
TOML .toml Cargo.lock poetry.lock uv.lock pdm.lock Pipfile Gopkg.lock
Unity3D_Asset .anim .asset .mat .meta .prefab .unity
Wavefront_Material .mtl
Wavefront_Object .obj
XML .xml .adml .admx .ant .axaml .axml .builds .ccproj .ccxml .clixml .cproject .csl .csproj .ct .depproj .dita .ditamap .ditaval .dll.config .dotsettings .filters .fsproj .fxml .glade .gml .gpx .grxml .iml .ivy .jelly .jsproj .kml .launch .mdpolicy .mjml .mxml .natvis .ndproj .nproj .nuspec .odd .osm .pkgproj .proj .props .ps1xml .psc1 .pt .qhelp .rdf .resx .rss .sch .scxml .sfproj .shproj .srdf .storyboard .sublime-snippet .sw .targets .tml .ui .urdf .ux .vbproj .vcxproj .vsixmanifest .vssettings .vstemplate .vxml .wixproj .workflow .wsdl .wsf .wxi .wxl .wxs .x3d .xacro .xaml .xib .xlf .xliff .xmi .xml.dist .xmp .xproj .xsd .xspec .xul .zcml
XSLT .xslt .xsl
YAML .yml .yaml .mir .reek .rviz .sublime-syntax .syntax .yaml-tmlanguage .clang-format .clang-tidy .clangd pubspec.lock yarn.lock
`

// table is what names of files and interpreters mean.
type table struct {
	extensions, names, interpreters map[string]string
	programming                     map[string]bool
}

var tables = sync.OnceValue(func() *table {
	t := &table{map[string]string{}, map[string]string{}, map[string]string{}, map[string]bool{}}
	t.read(programming, true)
	t.read(others, false)
	return t
})

// read takes in a list. Where two languages share an extension, the first one keeps it.
func (t *table) read(list string, programming bool) {
	set := func(m map[string]string, key, language string) {
		if _, ok := m[key]; !ok {
			m[key] = language
		}
	}
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		language := strings.ReplaceAll(fields[0], "_", " ")
		t.programming[language] = programming
		for _, f := range fields[1:] {
			switch interpreter, ok := strings.CutPrefix(f, "#!"); {
			case ok:
				set(t.interpreters, interpreter, language)
			case strings.HasPrefix(f, "."):
				set(t.extensions, strings.ToLower(f), language)
			default:
				set(t.names, f, language)
			}
		}
	}
}

// A choice decides between languages of an extension by the text of a file: the first whose expression matches, or else the last.
type choice struct {
	language string
	text     *regexp.Regexp // nil matches everything
}

var choices = sync.OnceValue(func() map[string][]choice {
	if1 := func(language, text string) choice { return choice{language, regexp.MustCompile(text)} }
	rest := func(language string) choice { return choice{language: language} }
	objective := if1("Objective-C", `(?m)^[ \t]*@(?:interface|class|protocol|property|end|synchronized|selector|implementation)\b|^[ \t]*#import\s+["<]`)
	return map[string][]choice{
		".h": {
			objective,
			if1("C++", `(?m)^[ \t]*#[ \t]*include[ \t]*<(?:algorithm|any|array|atomic|bitset|chrono|concepts|c(?:assert|float|limits|math|stddef|stdint|stdio|stdlib|string)|`+
				`deque|filesystem|functional|fstream|initializer_list|iosfwd|iostream|iterator|limits|list|map|memory|mutex|new|numeric|optional|ostream|queue|random|ranges|regex|set|span|`+
				`sstream|stack|stdexcept|string|string_view|thread|tuple|type_traits|typeinfo|unordered_map|unordered_set|utility|variant|vector)>|`+
				`^[ \t]*template[ \t]*<|^[ \t]*(?:try\b|constexpr\b|class[ \t]+\w|enum[ \t]+class\b|(?:inline[ \t]+)?namespace\b|using[ \t]+\w|(?:public|private|protected)[ \t]*:)|\bstd::\w|`+
				`^[ \t]*#[ \t]*include[ \t]*["<][^">\n]*\.(?:hpp|hh|hxx)[">]`),
			rest("C"),
		},
		".m":   {objective, if1("MATLAB", `(?m)^[ \t]*(?:%|function\b|end\b|classdef\b)`), rest("Objective-C")},
		".ts":  {if1("XML", `^\s*(?:<\?xml|<!DOCTYPE TS)|<TS\b`), rest("TypeScript")},
		".tsx": {if1("XML", `(?m)^\s*<\?xml\s+version`), rest("TSX")},
		".rs":  {if1("XML", `^\s*<\?xml`), if1("RenderScript", `(?m)^#pragma\s+(?:rs|version)\b`), rest("Rust")},
		".cs":  {if1("Smalltalk", `(?m)^![\w\s]+methodsFor: `), rest("C#")},
		".php": {if1("Hack", `^\s*<\?hh`), rest("PHP")},
		".gd":  {if1("GAP", `(?m)^\s*(?:Declare\w+|BindGlobal|InstallMethod|KeyDependentOperation)\(`), rest("GDScript")},
		".fs":  {if1("GLSL", `(?m)^\s*(?:#version|precision|uniform|varying|vec[234])\b`), rest("F#")},
		".pl":  {if1("Prolog", `(?m)^[^#\n]*:-`), rest("Perl")},
		".v":   {if1("Coq", `(?m)^\s*(?:Require|Theorem|Lemma|Proof|Qed|Definition|Fixpoint)\b`), rest("Verilog")},
		".inc": {if1("PHP", `<\?php`), rest("C++")},
	}
})
