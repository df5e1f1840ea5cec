package gdscript

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const named = `class_name Tower
extends Node2D

signal fired(at: Vector2)
enum { IDLE, BUSY }
enum Mode { NEAR = 1, FAR }
const RANGE := 3.5
@export var target: Node2D
var shots := 0
@onready var timer := $Timer as Timer

class Shell extends Resource:
	var speed: float
	func fly(): return speed

func fire(at: Vector2, force = RANGE) -> bool:
	var shell := Shell.new()
	shell.speed = at.length() * force
	for i in 3:
		shots += i
	for child: Node in get_children():
		child.queue_free()
	fired.emit(at)
	timer.start(0.5)
	self.shots = Mode.NEAR
	super.fire(at)
	var f = func(x): return x + shots
	match shots:
		var many when many > 2: print(many, {key = 1})
	return target.is_inside_tree() and "x".is_empty() and f.call(PI)
`

func TestNames(t *testing.T) {
	s, err := Parse(named)
	if err != nil {
		t.Fatal(err)
	}
	declared, used := s.Names()
	var got []string
	for _, d := range declared {
		local := ""
		if d.Local {
			local = "local "
		}
		got = append(got, fmt.Sprintf("%s%s %s: %s", local, d.Declares, d.Text, d.Type))
	}
	want := []string{
		"ClassName Tower: ", "Signal fired: Signal", "EnumValue IDLE: int", "EnumValue BUSY: int", "EnumValue NEAR: int", "EnumValue FAR: int", "Enum Mode: Mode",
		"Constant RANGE: float", "Variable target: Node2D", "Variable shots: int", "Variable timer: Timer", "Class Shell: Shell", "Function fire: Callable",
		"Variable speed: float", "Function fly: Callable", "local Parameter at: Vector2", "local Parameter force: ", "local Variable shell: Shell",
		"local For i: int", "local For child: Node", "local Parameter x: ", "local Variable f: ", "local Bind many: ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("declared\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	got = nil
	where := map[Where]string{Free: "free", Local: "local", Own: "own", Member: "member"}
	for _, u := range used {
		text := where[u.Where] + " " + u.Text
		if u.Receiver != "" {
			text += " of " + u.Receiver
		}
		if u.Called {
			text += fmt.Sprintf("(%d)", u.Args)
		}
		got = append(got, text)
	}
	want = strings.Split("free Node2D|free Vector2|free Node2D|free Timer|free Resource|free float|own speed|free Vector2|own RANGE|free bool|own Shell|member new of Shell(0)|"+
		"local shell|member speed of Shell|local at|member length of Vector2(0)|local force|own shots|local i|free Node|free get_children(0)|"+
		"local child|member queue_free of Node(0)|own fired|member emit of Signal(1)|local at|own timer|member start of Timer(1)|own shots of Tower|own Mode|member NEAR of Mode|"+
		"member fire of Node2D(1)|local at|local x|own shots|own shots|local many|free print(2)|local many|own target|member is_inside_tree of Node2D(0)|member is_empty of String(0)|"+
		"local f|member call(1)|free PI", "|")
	if !slices.Equal(got, want) {
		t.Errorf("used\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestProject(t *testing.T) {
	var p Project
	for name, text := range map[string]string{
		"tower.gd": named, "game/state.gd": "extends Node\nvar score := 0\nfunc reset(): pass\nclass Inner:\n\tvar hidden\n", "base.gd": "class_name Loop\nextends Loop\n",
		"strong.gd": "class_name StrongTower\nextends Tower\nvar armour: int\n",
	} {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(name, err)
		}
		if err := p.AddScript(name, s); err != nil {
			t.Fatal(err)
		}
	}
	config := "; comment\nconfig_version=5\n\n[application]\n\nconfig/name=\"Defence\"\n\n[autoload]\n\nState=\"*res://game/state.gd\"\nMusic=\"res://music.tscn\"\n\n[input]\n\nfire={\n\"deadzone\": 0.5,\n\"events\": [Object(InputEventKey,\"resource_local_to_scene\":false)\n, ]\n}\n"
	if err := p.AddConfig(config); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(p.Globals(), " "); got != "Loop Music State StrongTower Tower" {
		t.Errorf("globals %s", got)
	}
	if p.Name != "Defence" || !slices.Equal(p.Actions, []string{"fire"}) {
		t.Errorf("name %q, actions %q", p.Name, p.Actions)
	}
	g, ok := p.Lookup("State")
	var members []string
	for _, m := range g.Members {
		members = append(members, m.Text)
	}
	if !ok || !g.Autoload || g.Path != "game/state.gd" || g.Base != "Node" || strings.Join(members, " ") != "score reset Inner" {
		t.Errorf("State is %+v with %q", g, members)
	}
	if _, ok := p.Script("res://base.gd"); !ok {
		t.Error("the script base.gd is not known")
	}
	for _, c := range []struct {
		class, member, base string
		has                 bool
	}{{"StrongTower", "fired", "", true}, {"StrongTower", "queue_free", "Node2D", false}, {"Loop", "x", "", false}, {"State", "score", "", true}, {"Button", "x", "Button", false}, {"Tower", "NEAR", "", true}} {
		if has, base := p.HasMember(c.class, c.member); has != c.has || base != c.base {
			t.Errorf("%s.%s: %v, %q, want %v, %q", c.class, c.member, has, base, c.has, c.base)
		}
	}
}

func TestProjectDamaged(t *testing.T) {
	for text, want := range map[string]string{
		"[autoload]\nState=res://a.gd\n":        `gdscript: project.godot, line 2: autoload "State" is res://a.gd, expected a name and a path in quotes`,
		"[autoload]\na-b=\"res://a.gd\"\n":      `gdscript: project.godot, line 2: autoload "a-b" is "res://a.gd", expected a name and a path in quotes`,
		"[autoload]\nif=\"res://a.gd\"\n":       `gdscript: project.godot, line 2: autoload "if" is "res://a.gd", expected a name and a path in quotes`,
		"[autoload]\nState=\"\n":                `gdscript: project.godot, line 2: autoload "State" is ", expected a name and a path in quotes`,
		"[autoload\n=\n[]\n\x00=\x00\nx=\n\r\n": "",
	} {
		var p Project
		err := p.AddConfig(text)
		if got := fmt.Sprint(err); err == nil && want != "" || err != nil && got != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("[autoload]\nState=\"*res://game/state.gd\"\n[input]\nfire={\n}\n")
	f.Fuzz(func(t *testing.T, text string) {
		var p Project
		if err := p.AddConfig(text); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
		for _, name := range p.Globals() {
			if _, ok := p.Lookup(name); !ok || !isName(name) {
				t.Errorf("%q is no global name", name)
			}
		}
	})
}
