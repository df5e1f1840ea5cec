package surface

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func load(t testing.TB, domain string, own ...Source) *Surface {
	t.Helper()
	paths := map[string][]string{
		GDScript: {"testdata/godot", "testdata/doc/classes"}, GDExtension: {"testdata/godot"}, Flecs: {"testdata/flecs"}, Avorion: {"testdata/Documentation"},
	}
	s, err := Load(Options{Domain: domain, Paths: paths[domain], Own: own})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVersions(t *testing.T) {
	for domain, want := range map[string]string{
		GDScript: "Godot 4.9, Godot 4.9.1 stable", GDExtension: "Godot 4.9.1 stable", Flecs: "FLECS 4.1.0", Avorion: "Avorion 2.5 r1 abc",
	} {
		s := load(t, domain)
		if got := s.Version(); got != want || !s.Found() || len(s.Sources()) == 0 || s.Size() == 0 {
			t.Errorf("%s: version %q, want %q; sources %v, %d names", domain, got, want, s.Sources(), s.Size())
		}
	}
}

// TestUnknown holds code of each language with the names in it that nothing defines.
func TestUnknown(t *testing.T) {
	own := Source{"lamp_post.gd", Godot, "class_name LampPost extends Timer\nvar oil := 1\nenum Wick { SHORT, LONG }\nfunc refill(amount): pass\n"}
	for _, c := range []struct{ name, domain, language, text, want string }{
		{"members by type", GDScript, Godot, "extends Timer\nfunc f(n: Node, v: Vector2):\n\tn.add_child(self)\n\tn.start()\n\tv.length()\n\tv.add_child(n)\n\tstart()\n\tself.start()\n\tself.flip()\n", "Node.start Vector2.add_child Timer.flip"},
		{"inference", GDScript, Godot, "extends Node\nfunc f():\n\tvar t := Timer.new()\n\tt.stop_it()\n\tget_tree().quit()\n\tget_tree().start()\n\tInput.is_action_pressed(\"a\")\n\tInput.pressed()\n", "Timer.stop_it SceneTree.start Input.pressed"},
		{"own names", GDScript, Godot, "func f(p: LampPost):\n\tp.refill(1)\n\tp.start()\n\tp.oil = 2\n\tp.refuel(1)\n\tprint(Wick.LONG)\n", "LampPost.refuel print"},
		{"locals, lambdas, keys", GDScript, Godot, "func f(d: Dictionary, cb):\n\tvar g = func(x): return lerp(x, 1, 0.5)\n\tg.call(1)\n\td.anything()\n\tfor it in d.keys():\n\t\tit.what = 1\n\tmissing()\n\t$Node/Path.go()\n\t%Lamp.shine()\n", "call missing go"},
		{"classes and constants", GDScript, Godot, "var a: Lamp\nvar b: Lantern\nvar c = KEY_ENTER + KEY_RETURN + Vector2.ZERO + Vector2.ONE + Timer.TIMER_PROCESS_IDLE\n", "Lantern KEY_RETURN Vector2.ONE"},
		{"narrowed types", GDScript, Godot, "func f(n: Node):\n\tif n is Sprite2D:\n\t\tn.flip_h = true\n\tn.wait_time = 1\n", "Node.wait_time"},
		{"strings and comments", GDScript, Godot, "func f():\n\tpass # Foo.bar()\n\tvar s = \"\"\"Foo.bar() \\\" \"\"\" + 'Foo()' + r\"\\d\" + &\"Foo\" + ^\"Foo\"\n", ""},
		{"prefixes", Flecs, C, "int main(void) {\n\tecs_world_t *w = ecs_init();\n\tECS_COMPONENT(w, Position);\n\tecs_progress(w, 0);\n\tecs_progress_fast(w, 0); // ecs_nothing()\n\tputs(\"ecs_text\");\n\tif (EcsOnUpdate || EcsOnNever) {}\n}\n", "ecs_progress_fast EcsOnNever"},
		{"members", Flecs, CPlusPlus, "struct Hero { void greet() {} };\nvoid f(flecs::world &w, Hero h) {\n\tw.component<Hero>();\n\tw.progress();\n\tw.progres();\n\th.greet();\n\tflecs::query<Hero> q;\n\tstd::vector<int> v; v.push_back(1); v.append_all();\n}\n", "progres query append_all"},
		{"extension", GDExtension, CPlusPlus, "void f(Node *n, Ref<Timer> t, const Vector2 &v) {\n\tn->add_child(n);\n\tn->start();\n\tt->start();\n\tt->halt();\n\tv.length();\n\tInput::get_singleton()->is_action_pressed(\"a\");\n\tInput::get_singleton()->pressed();\n\tNode3DX *x;\n\tERR_FAIL_NULL(n);\n}\n", "Node.start Timer.halt Input.pressed Node3DX"},
		{"Lua", Avorion, Lua, "local strsub = string.sub\nfunction Trade.run(good)\n\tlocal f = Freighter(1)\n\tf:loadCargo(good, 1)\n\tf.heading = f.owner or f.freeSpace or f.course\n\tf:dropCargo(good)\n\tif onServer() then strsub(good, 1) end\n\tlocal k = CargoKind.Ore or CargoKind.Gold\n\tonMoon()\n\tTrade.run()\n\tthing:sell{}\n\tgoto done\n\t::done::\n\t-- onMars()\nend\n", "Freighter.course Freighter.dropCargo CargoKind.Gold onMoon sell"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := load(t, c.domain, own)
			var got []string
			for _, r := range s.Unknown(c.language, c.text) {
				got = append(got, r.Name)
				last := r.Name[strings.LastIndexByte(r.Name, '.')+1:]
				if line := strings.Count(c.text[:r.Start], "\n") + 1; !strings.HasPrefix(c.text[r.Start:], last) || line != r.Line {
					t.Errorf("%s is said to stand at %d in line %d", r.Name, r.Start, r.Line)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

func TestAround(t *testing.T) {
	s := load(t, GDScript)
	code := "func f():\n\tbell.start()\n\tbell.ring()\n\trefill()\n"
	if got := s.Unknown(Godot, code, "extends Node\nvar bell: Timer\nfunc refill(): pass\n"); len(got) != 1 || got[0].Name != "Timer.ring" {
		t.Errorf("got %+v, want Timer.ring", got)
	}
}

func TestKnown(t *testing.T) {
	s := load(t, GDScript, Source{"a.gd", Godot, "func refill(): pass\n"}, Source{"project.godot", godotProject, "[autoload]\n\nBus=\"*res://bus.gd\"\n\n[input]\nNot=\"x\"\n"})
	for name, want := range map[string]bool{
		"Node": true, "Timer.start": true, "Timer.add_child": true, "Timer.flip_h": false, "refill": true, "Bus": true, "Not": false, "lerp": true,
		"Lamp.shine": true, "": false, "..": false, "Vector2.ZERO": true, "Vector2.HUGE": false,
	} {
		if s.Known(name) != want {
			t.Errorf("Known(%q) = %v", name, !want)
		}
	}
}

func TestCard(t *testing.T) {
	for _, c := range []struct {
		domain, language, code string
		want                   []string
	}{
		{GDScript, Godot, "extends Node\nfunc f(t: Timer):\n\tadd_child(t)\n\tt.start()\n\tt.start()\n\tt.timeout.connect(f)\n\tnothing()\n", []string{
			"Node.add_child(node: Node, internal: int = 0) – Adds a child node.", "Timer.start(time_sec: float = -1) – Starts the timer.", "signal Timer.timeout()",
		}},
		{Flecs, C, "void f(void) { ECS_COMPONENT(w, P); ecs_progress(ecs_init(), 0); }", []string{
			"ECS_COMPONENT(world, id) – Declare a component.", "bool ecs_progress( ecs_world_t *world, ecs_ftime_t delta_time) – Progress a world.", "ecs_world_t* ecs_init(void) – Create a world.",
		}},
		{Avorion, Lua, "local f = Freighter(1)\nf:loadCargo(g, 1)\n", []string{"Freighter(id)", "Freighter.loadCargo(good, amount) -> Cargo, int... – Loads cargo & keeps what fits."}},
	} {
		if got := load(t, c.domain).Card(c.language, c.code); !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.domain, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func TestUngrounded(t *testing.T) {
	s := load(t, GDScript)
	code := "func refill(amount: int) -> void:\n\toil += amount\n"
	for instruction, want := range map[string]string{
		"Write `refill(amount: int) -> void`, which adds to `oil`.":                           "",
		"Use `Timer.start` and KEY_ENTER, then call `burn_down()` of the base.":               "burn_down",
		"A lamp_post has an oilLevel; GDScript, e.g. on GitHub, in `res://lamp.gd` or x.tscn": "lamp_post oilLevel",
		"Print `\"some text\"` and set `wick` to `true`. Call refill() and flicker().":        "wick flicker",
		"Complete:\n```gdscript\nfunc refill(amount):\n\tvar gone = 1 # unseen\n```\n":        "gone",
		"": "",
		"The state is the_state` of a stray backtick": "the_state",
	} {
		if got := strings.Join(s.Ungrounded(instruction, code, nil), " "); got != want {
			t.Errorf("%q: got %q, want %q", instruction, got, want)
		}
	}
	if got := s.Ungrounded("Set `wick`.", code, []string{"var wick: int"}); len(got) != 0 {
		t.Errorf("what the context declares is ungrounded: %v", got)
	}
}

func TestControl(t *testing.T) {
	for _, domain := range []string{GDScript, GDExtension, Flecs, Avorion} {
		s := load(t, domain)
		c := s.Control(100, 1)
		if c != s.Control(100, 1) {
			t.Errorf("%s: the same seed gives another control", domain)
		}
		if c.Names != 100 || domain != Flecs && (c.Typed == 0 || c.TypedShare() < 0.9) {
			t.Errorf("%s: %+v", domain, c)
		}
	}
	if got := recombine("add_child", "get_wait_time"); got != "add_time" {
		t.Errorf("got %s", got)
	}
	if got := recombine("loadCargo", "getFreeSpace"); got != "loadSpace" {
		t.Errorf("got %s", got)
	}
}

func TestRate(t *testing.T) {
	var r Rate
	r.Add("a", []Ref{{Name: "x", Line: 3}, {Name: "C.y", Typed: true, Known: true}})
	r.Add("b", nil)
	if r.References != 2 || r.Unknown != 1 || r.Typed != 1 || r.WithUnknown != 1 || r.Texts != 2 || r.Share() != 0.5 || r.First[0] != "a:3: x" {
		t.Errorf("%+v", r)
	}
	if (&Rate{}).Share() != 0 {
		t.Error("the share of none is not 0")
	}
}

// TestFind proves where an API is looked for by itself.
func TestFind(t *testing.T) {
	root := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	copyOf := func(name string) string {
		t.Helper()
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	api := copyOf("testdata/godot/extension_api.json")
	put("gd/extension_api-4-2.json", strings.Replace(api, `"version_minor": 9`, `"version_minor": 2`, 1))
	put("gd/extension_api-4-9.json", api)
	put("gd/.hidden/extension_api.json", "broken")
	put("gd/x.xml", "no class")
	put("game/project.godot", "[autoload]\nBus=\"*res://b.gd\"\n")
	put("ecs/include/flecs.h", copyOf("testdata/flecs/flecs.h"))
	put("ecs/include/flecs/world.hpp", copyOf("testdata/flecs/flecs/world.hpp"))
	put("ecs/include/other.h", "int unrelated;")
	s, err := Load(Options{Domain: GDScript, Raw: root})
	if err != nil || s.Version() != "Godot 4.9.1 stable" || !s.Known("Bus") || len(s.Sources()) != 1 {
		t.Errorf("%v: %s from %v", err, s.Version(), s.Sources())
	}
	s, err = Load(Options{Domain: Flecs, Raw: root})
	if err != nil || !s.Known("progress") || s.Known("unrelated") {
		t.Errorf("%v: from %v", err, s.Sources())
	}
	s, err = Load(Options{Domain: Avorion, Raw: root})
	if err != nil || s.Found() || s.Unknown(Lua, "nothing()") != nil {
		t.Errorf("%v: an API was found in %v", err, s.Sources())
	}
	s, err = Load(Options{Domain: "custom", Raw: root})
	if err != nil || s.Found() {
		t.Errorf("%v: an API was found in %v", err, s.Sources())
	}
}

// TestRefused names what cannot be used, all of it.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "extension_api.json")
	if err := os.WriteFile(broken, []byte(`{"classes": [`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(Options{Domain: GDScript, Paths: []string{broken, filepath.Join(dir, "gone"), "testdata/flecs"}})
	for _, want := range []string{"extension_api.json: it is not an extension_api.json", "gone: ", "testdata/flecs holds no API of the domain gdscript; expected extension_api.json, or"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not contain %q", err, want)
		}
	}
}

// TestDamaged holds files that a reader without bounds would fail on.
func TestDamaged(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 100_000)
	for _, data := range []string{
		"", "{", "[]", "null", `"x"`, deep, `{"header":{"version_major":4},"classes":[{"name":1}]}`, `{"header":{"version_major":4}}`, strings.Repeat("[", 1<<16),
		`<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><class name="X"><brief_description>&b;</brief_description></class>`,
		strings.Repeat("<class>", 10_000), "<class name='", "<other name='x'/>", "<class/>", "\x00\xff<html>",
	} {
		s := newSurface(GDScript)
		if s.readGodotJSON([]byte(data)) == nil {
			t.Errorf("%.40q is taken for an extension_api.json", data)
		}
		if s.readGodotXML([]byte(data)) == nil {
			t.Errorf("%.40q is taken for the XML of a class", data)
		}
		if s.readAvorionPage([]byte(data)) == nil {
			t.Errorf("%.40q is taken for a page of Avorion", data)
		}
		_ = s.readHeader([]byte(data)) // takes whatever there is
	}
	round := newSurface(GDScript)
	round.sources = []string{"x"}
	round.class("A", "B")
	round.class("B", "A")
	if round.member("A", "x") != nil || !round.openClass("A") {
		t.Error("an inheritance in a circle has members")
	}
}

func TestBounded(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(name, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readBounded(name, 4); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
	if data, err := readBounded(name, 5); err != nil || len(data) != 5 {
		t.Errorf("got %q, %v", data, err)
	}
}

// FuzzReferences proves that no text breaks a promise, whatever it is read as.
func FuzzReferences(f *testing.F) {
	for _, s := range []string{"func f(): n.x()", "$A/B %C \"\"\" r\"", "[==[", "R\"x(", "#define X(", "a::b->c.d", "local x = Freighter(1)", "`a_b` ``` c", "((((", "))))", "'\\"} {
		f.Add(s)
	}
	surfaces := map[string]*Surface{}
	for _, d := range []string{GDScript, GDExtension, Flecs, Avorion} {
		surfaces[d] = load(f, d)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range surfaces {
			for _, language := range []string{Lua, Godot, C, CPlusPlus} {
				for _, r := range s.References(language, text, text) {
					if r.Start < 0 || r.Start >= len(text) || r.Line < 1 {
						t.Fatalf("%+v lies outside of %q", r, text)
					}
				}
				s.Card(language, text)
			}
			for _, n := range s.Ungrounded(text, "", nil) {
				if !strings.Contains(text, n) {
					t.Fatalf("%q is not in %q", n, text)
				}
			}
		}
	})
}

// FuzzFiles proves that no file of an API breaks the readers.
func FuzzFiles(f *testing.F) {
	for _, name := range []string{"godot/extension_api.json", "doc/classes/Lamp.xml", "flecs/flecs.h", "Documentation/Enums.html", "Documentation/Freighter [Server].html"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		s := newSurface(GDScript)
		for _, read := range []func([]byte) error{s.readGodotJSON, s.readGodotXML, s.readAvorionPage, s.readHeader} {
			if read(data) == nil {
				s.sources = []string{"data"}
			}
		}
		s.Known(string(data))
		s.Control(2, 1)
	})
}
