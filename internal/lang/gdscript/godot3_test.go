package gdscript

import (
	"strings"
	"testing"
)

// TestGodot3 compares functions with their old form; "" stands for none.
func TestGodot3(t *testing.T) {
	for _, c := range []struct{ code, want, changes string }{
		{"await get_tree().create_timer(1.0).timeout", `yield(get_tree().create_timer(1.0), "timeout")`, "await → yield"},
		{"await get_tree().process_frame", `yield(get_tree(), "idle_frame")`, "await → yield"},
		{"await died", `yield(self, "died")`, "await → yield"},
		{"var x = await load_all(1)", `var x = yield(load_all(1), "completed")`, "await → yield"},
		{"super(delta)", ".f(delta)", "super → a period before the name"},
		{"return super.other(1) + 2", "return .other(1) + 2", "super → a period before the name"},
		{"died.emit(self, 1)", `emit_signal("died", self, 1)`, "signal.emit() → emit_signal()"},
		{"a.b.died.emit()", `a.b.emit_signal("died")`, "signal.emit() → emit_signal()"},
		{"$Button.pressed.connect(_on_pressed)", `$Button.connect("pressed", self, "_on_pressed")`, "signal.connect(callable) → connect(name, object, name)"},
		{"died.connect(other.method.bind(1, x), CONNECT_ONE_SHOT)", `connect("died", other, "method", [1, x], CONNECT_ONE_SHOT)`, "signal.connect(callable) → connect(name, object, name)"},
		{"b.pressed.connect(g, CONNECT_DEFERRED)", `b.connect("pressed", self, "g", [], CONNECT_DEFERRED)`, "signal.connect(callable) → connect(name, object, name)"},
		{"if b.pressed.is_connected(g): b.pressed.disconnect(g)", `if b.is_connected("pressed", self, "g"): b.disconnect("pressed", self, "g")`, "signal.is_connected(callable) → is_connected(name, object, name), signal.disconnect(callable) → disconnect(name, object, name)"},
		{"b.pressed.connect(func(): pass)", "", ""},
		{"var s = scene.instantiate() as Node3D", "var s = scene.instance() as Spatial", "instantiate → instance, Node3D → Spatial"},
		{"var l: Array[Sprite2D] = []", "var l: Array = []", "types of elements → none"},
		{"for i: int in range(3): pass", "for i in range(3): pass", "typed loop variable → untyped"},
		{"if a not in b and c is not Area3D: pass", "if not a in b and not c is Area: pass", "not in → not … in, is not → not … is, Area3D → Area"},
		{"x = 2 ** 3", "x = pow(2, 3)", "** → pow()"},
		{`play(&"run", ^"A/B")`, `play("run", @"A/B")`, `&"name" → "name", ^"path" → @"path"`},
		{"rotation = deg_to_rad(randf_range(0, 90))", "rotation = deg2rad(rand_range(0, 90))", "deg_to_rad → deg2rad, randf_range → rand_range"},
		{"if list.is_empty(): get_tree().change_scene_to_file(\"x\")", "if list.empty(): get_tree().change_scene(\"x\")", "is_empty → empty, change_scene_to_file → change_scene"},
		{"move_and_slide()", "velocity = move_and_slide(velocity, Vector2.UP)", "move_and_slide() → its velocity as argument and result"},
		{"var t = Time.get_ticks_msec()", "var t = OS.get_ticks_msec()", "Time → OS"},
		{"var v = Vector2i(1, 2)", "", ""},
		{"var deg_to_rad = 1; await deg_to_rad.x", `var deg_to_rad = 1; yield(deg_to_rad, "x")`, "await → yield"},
		{"pass # nothing", "", ""},
		{"@warning_ignore(\"x\") var y = await z()", "", ""},
		{"match 1:\n\t\tvar x when x > 1: await y()", "", ""},
		{"var s = r\"x\"; await y()", "", ""},
	} {
		head := "extends CharacterBody2D\nsignal died\nvar other\nfunc g(): pass\n"
		text := head + "func f(delta):\n\t" + c.code + "\n"
		s, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", c.code, err)
			continue
		}
		r, ok := s.Godot3(s.Root.Children[4])
		if got := strings.TrimPrefix(r.Text, "func f(delta):\n\t"); got != c.want || ok != (c.want != "") || strings.Join(r.Changes, ", ") != c.changes {
			t.Errorf("%s:\ngot  %s\nwant %s\nchanges %s\nwant    %s", c.code, got, c.want, strings.Join(r.Changes, ", "), c.changes)
		}
	}
}

func TestGodot3Declarations(t *testing.T) {
	for code, want := range map[string]string{
		"@export var a: int = 1":                             "export var a: int = 1",
		"@onready var a := $B as Sprite2D":                   "onready var a := $B as Sprite",
		"@export_range(0, 10, 1) var a = 1":                  "export(int, 0, 10, 1) var a = 1",
		"@export_file(\"*.png\") var a":                      "export(String, FILE, \"*.png\") var a",
		"var a = 1: set = b, get = c":                        "var a = 1 setget b, c",
		"var a: get = c":                                     "var a setget , c",
		"var a:\n\tset(v): a = v":                            "",
		"static var a = 1":                                   "",
		"@rpc(\"any_peer\", \"call_local\")\nfunc a(): pass": "remotesync\nfunc a(): pass",
		"@rpc(\"any_peer\", \"unreliable\")\nfunc a(): pass": "",
		"@abstract func a()":                                 "",
		"func a(...b): pass":                                 "",
		"func _init(): super(1)":                             "",
		"@tool":                                              "tool",
	} {
		s, err := Parse(code)
		if err != nil {
			t.Fatal(code, err)
		}
		n := s.Root.Children[0]
		if n.Kind == Annotation {
			n = s.Root
		}
		if r, ok := s.Godot3(n); r.Text != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v, want %q", code, r.Text, ok, want)
		}
	}
}

// TestGodot3Samples proves that the sample code is rewritten without a panic, and how often.
func TestGodot3Samples(t *testing.T) {
	all, rewritten := 0, 0
	for _, text := range scripts(t, samples) {
		s, _ := Parse(text)
		_, found := s.Outline()
		for _, d := range found {
			all++
			if r, ok := s.Godot3(d.Node); ok {
				rewritten++
				if r.Text == s.Of(d.Node) {
					t.Errorf("%s is not changed by %q", d.Name, r.Changes)
				}
			}
		}
	}
	if t.Logf("%d of %d functions have another form in Godot 3", rewritten, all); rewritten < 100 {
		t.Errorf("%d of %d functions rewritten, expected 100 at least", rewritten, all)
	}
}
