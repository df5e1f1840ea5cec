package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/vbauerster/mpb/v8"

	"graft/internal/event"
)

// events are those of a small run.
var events = []event.Event{
	event.Note{Text: "4 samples"},
	event.Progress{Stage: "load", Done: 1, Total: 2, Unit: "layers"},
	event.Progress{Stage: "load", Done: 2, Total: 2, Unit: "layers"},
	event.Step{Step: 1, Total: 3, Loss: 4.25, Tokens: 100, TokensPerSecond: 50, Logged: true},
	event.Warning{Text: "a sample was cut off"},
	event.Eval{Step: 1, EvalLoss: 3.5, Tokens: 7},
	event.Step{Step: 2, Total: 3, Loss: 4.1875, Tokens: 200, TokensPerSecond: 50},
	event.Step{Step: 3, Total: 3, Loss: 4.125, Tokens: 300, TokensPerSecond: 50, Logged: true},
	event.Saved{Step: 3, Dir: "out"},
}

func show(c *console) {
	for _, e := range events {
		c.Emit(e)
	}
	c.close()
}

// TestConsoleLines proves what a log file gets.
func TestConsoleLines(t *testing.T) {
	var out bytes.Buffer
	show(newConsole(&out, false))
	for _, want := range []string{
		"4 samples\n", "load 1/2 layers\n", "load 2/2 layers\n", "step 1/3  epoch 0.00  loss 4.2500", "step 3/3  epoch 0.00  loss 4.1250", "warning: a sample was cut off\n",
		"evaluation after step 1: loss 3.5000 over 7 tokens\n", "saved out\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "step 2/3") {
		t.Errorf("a step between training.logging_steps is told:\n%s", out.String())
	}
}

// TestConsoleQuiet proves that warnings are not lost.
func TestConsoleQuiet(t *testing.T) {
	var out bytes.Buffer
	show(newConsole(&out, true))
	if got := out.String(); got != "warning: a sample was cut off\n" {
		t.Errorf("got %q", got)
	}
}

// TestConsoleBars proves what a terminal gets: lines stay above the bars, each bar ends with what is said beside it alone.
func TestConsoleBars(t *testing.T) {
	var out bytes.Buffer
	c := &console{out: &out, bars: mpb.New(mpb.WithOutput(&out), mpb.WithAutoRefresh(), mpb.WithWidth(32))}
	show(c)
	text := out.String()
	for _, want := range []string{"4 samples\n", "warning: a sample was cut off\n", "evaluation after step 1", "saved out\n", "load 2/2 layers", "train 3/3 steps", "loss 4.1250"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "load") && strings.Contains(line, "loss") {
			t.Errorf("the bar of the load speaks of the loss: %q", line)
		}
	}
	if strings.LastIndex(text, "saved out") > strings.LastIndex(text, "train 3/3") {
		t.Errorf("a line is below the bars, where the next refresh wipes it off:\n%s", text)
	}
}

// TestStepTime proves that the first ETA has something to go by.
func TestStepTime(t *testing.T) {
	if got := stepTime(event.Step{Step: 2, Tokens: 100, TokensPerSecond: 25}).Seconds(); got != 2 {
		t.Errorf("got %v s a step, want 2", got)
	}
	if got := stepTime(event.Step{Step: 0, Tokens: 100}); got != 0 {
		t.Errorf("got %v without a rate", got)
	}
}
