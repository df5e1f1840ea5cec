package cpu

import (
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	if err := Err(); err != nil {
		t.Fatal(err)
	}
	best := available[len(available)-1]
	if p, err := choose(""); p != best || err != nil {
		t.Fatalf("default: %v, %v; want %v", p, err, best)
	}
	for _, p := range Available() {
		if got, err := choose(p.String()); got != p || err != nil {
			t.Errorf("GRAFT_CPU=%v: %v, %v", p, got, err)
		}
	}
	if _, err := choose("mmx"); err == nil || !strings.Contains(err.Error(), "generic") {
		t.Errorf("unknown name: error %v does not list what there is", err)
	}
	for _, p := range All() {
		if !has(p) {
			if got, err := choose(p.String()); err == nil || got != best {
				t.Errorf("missing %v: got %v, %v", p, got, err)
			}
			if _, err := Use(p); err == nil {
				t.Errorf("Use(%v) worked on a machine without it", p)
			}
		}
	}
}

func TestUse(t *testing.T) {
	before, err := Use(Generic)
	if err != nil || Active() != Generic {
		t.Fatalf("Use(Generic): %v, active %v", err, Active())
	}
	if _, err := Use(before); err != nil || Active() != before {
		t.Fatalf("back: %v, active %v", err, Active())
	}
}
