package gdscript

import (
	"slices"
	"strings"
	"testing"
)

const outlined = `@tool
class_name Door extends Node3D

## How far it is open.
@export_range(0, 1) var open := 0.0: # a comment
	set(value):
		open = clamp(value, 0, 1)
enum State { SHUT, OPEN } # two
signal opened(by: Node, # who
	at: float)

#region Moving
# Opens it.
#
#   By [param who].
@warning_ignore("unused_parameter")
func swing(who: Node, # comment
		name = "a  b", \
		speed := 1.0) -> bool:
	# First.
	open = speed
	if who: # why
		# Shut.
		stop(State.SHUT); self.shut()
		super.swing(who)
	# Behind.
	opened.emit(who, func():
		# Lambda.
		return stop()
	)
	match who:
		null:
			pass
		# Other.
		_: pass

	return lock() # done
	# end

func stop(how = null): pass; return # now
#endregion

class Lock extends Resource:
	func lock(): return open
func shut():
	pass
func lock(): return false
`

func TestOutline(t *testing.T) {
	s, err := Parse(outlined)
	if err != nil {
		t.Fatal(err)
	}
	scopes, found := s.Outline()
	if len(scopes) != 2 || scopes[0].Name != "Door" || scopes[0].Extends != "Node3D" || !scopes[0].Tool || scopes[1].Name != "Lock" || scopes[1].Extends != "Resource" || scopes[1].Outer != scopes[0] {
		t.Errorf("scopes %+v %+v", scopes[0], scopes[len(scopes)-1])
	}
	var heads []string
	for _, n := range scopes[0].Members {
		heads = append(heads, s.Head(n))
	}
	want := []string{
		"@export_range(0, 1) var open := 0.0", "enum State { SHUT, OPEN }", "signal opened(by: Node, at: float)",
		`@warning_ignore("unused_parameter") func swing(who: Node, name = "a  b", speed := 1.0) -> bool`, "func stop(how = null)", "class Lock extends Resource", "func shut()", "func lock()",
	}
	if !slices.Equal(heads, want) {
		t.Errorf("heads\n%s\nwant\n%s", strings.Join(heads, "\n"), strings.Join(want, "\n"))
	}
	var names []string
	for _, d := range found {
		names = append(names, d.Scope.Name+"."+d.Name)
	}
	if got := strings.Join(names, " "); got != "Door.swing Door.stop Lock.lock Door.shut Door.lock" {
		t.Errorf("functions %s", got)
	}
	swing := found[0]
	text := outlined[swing.Start:swing.End]
	if !strings.HasPrefix(text, "@warning_ignore") || !strings.HasSuffix(text, "# end") {
		t.Errorf("the function is %q", text)
	}
	if got := strings.Join(swing.Comment, "|"); got != "Opens it.||  By [param who]." {
		t.Errorf("the comment is %q", got)
	}
	var starts []string
	for _, at := range swing.Starts {
		line, _, _ := strings.Cut(outlined[at:], "\n")
		starts = append(starts, line)
	}
	if got := strings.Join(starts, "|"); got != "# First.|if who: # why|# Shut.|super.swing(who)|# Behind.|# Lambda.|match who:|null:|pass|# Other.|return lock() # done" {
		t.Errorf("statements begin with %s", got)
	}
	if got := strings.Join(s.Callees(swing.Node), " "); got != "stop shut swing lock" {
		t.Errorf("callees %s", got)
	}
	want = []string{"@export_range(0, 1) var open := 0.0", "enum State { SHUT, OPEN }", "signal opened(by: Node, at: float)", "func stop(how = null)", "func shut()", "func lock()"}
	if got := s.Context(swing); !slices.Equal(got, want) {
		t.Errorf("context\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := outlined[found[1].Start:found[1].End]; got != "func stop(how = null): pass; return # now" {
		t.Errorf("a function on one line is %q", got)
	}
}

func TestCheckPiece(t *testing.T) {
	for piece, valid := range map[string]bool{
		"return 1\n": true, "if a:\n\tbreak\nelse:\n\tcontinue": true, "1, 2:\n\tpass\n_:\n\tpass": true, "func f(): pass\n": true, "@export var a: int": true, "a)": false,
		"signal a(b)": true, "var a = 1\nvar b = a\nb += 1": true, "else:\n\tpass": false, "a:\n\tb\n\tc": true, "super()": true, "": true, "# only": true, "enum State {": false, "foo(func():\n\tpass\n)": true,
	} {
		if err := CheckPiece(piece); (err == nil) != valid {
			t.Errorf("%q: %v", piece, err)
		}
	}
}
