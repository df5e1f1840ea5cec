package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"graft/internal/event"
)

// console shows events to a person: a bar per stage on a terminal, plain lines elsewhere.
type console struct {
	out   io.Writer
	quiet bool

	bars  *mpb.Progress // nil where out is no terminal
	bar   *mpb.Bar
	stage string
	done  int           // of the stage, when it was told last
	info  *atomic.Value // string beside the bar, which the display reads when it likes
	start time.Time
	first int // steps done when training started
	told  time.Time
}

// newConsole shows events on w, warnings only if quiet.
func newConsole(w io.Writer, quiet bool) *console {
	c := &console{out: w, quiet: quiet}
	if f, ok := w.(*os.File); ok && !quiet && term.IsTerminal(int(f.Fd())) {
		c.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(32))
	}
	return c
}

// Emit shows one event.
func (c *console) Emit(e event.Event) {
	switch e := e.(type) {
	case event.Warning:
		c.line("warning: " + e.Text)
	case event.Note:
		if !c.quiet {
			c.line(e.Text)
		}
	case event.Progress:
		c.progress(e)
	case event.Step:
		c.step(e)
	case event.Eval:
		if !c.quiet {
			of := ""
			if e.Set != "" {
				of = "of " + e.Set + " "
			}
			c.line(fmt.Sprintf("evaluation %safter step %d: loss %.4f over %d tokens", of, e.Step, e.EvalLoss, e.Tokens))
		}
	case event.Saved:
		if !c.quiet {
			c.line("saved " + e.Dir)
		}
	}
}

// line prints a line, above the bars if there are any.
func (c *console) line(s string) {
	w := c.out
	if c.bars != nil {
		w = c.bars
	}
	fmt.Fprintln(w, printable(s))
}

// lineEvery is how often a stage is told where there is no bar.
const lineEvery = 2 * time.Second

func (c *console) progress(e event.Progress) {
	switch {
	case c.quiet:
	case c.bars != nil:
		c.show(e, e.Beside)
	case e.Stage != c.stage || time.Since(c.told) > lineEvery || e.Done == e.Total && c.done != e.Done:
		c.stage, c.told, c.done = e.Stage, time.Now(), e.Done
		fmt.Fprintln(c.out, strings.TrimSpace(fmt.Sprintf("%s %d/%d %s  %s", e.Stage, e.Done, e.Total, e.Unit, e.Beside)))
	}
}

// show moves the bar of a stage, a new one if the stage is new, and says something beside it.
func (c *console) show(e event.Progress, beside string) {
	if c.bar == nil || e.Stage != c.stage {
		c.finishBar()
		info := &atomic.Value{}
		c.stage, c.info = e.Stage, info
		info.Store(beside)
		c.bar = c.bars.AddBar(int64(e.Total),
			mpb.PrependDecorators(decor.Name(e.Stage+" "), decor.CountersNoUnit("%d/%d "+e.Unit)),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return info.Load().(string) })))
	}
	c.info.Store(beside)
	c.bar.SetCurrent(int64(e.Done))
	if e.Done >= e.Total {
		c.finishBar()
	}
}

func (c *console) finishBar() {
	if c.bar != nil && !c.bar.Completed() {
		c.bar.Abort(false)
	}
	if c.bar != nil {
		c.bar.Wait()
	}
	c.bar = nil
}

func (c *console) step(e event.Step) {
	if c.quiet {
		return
	}
	if c.start.IsZero() {
		c.start, c.first = time.Now().Add(-stepTime(e)), e.Step-1
	}
	rate := float64(e.Step-c.first) / max(time.Since(c.start).Seconds(), 1e-9)
	eta := time.Duration(float64(e.Total-e.Step) / rate * float64(time.Second)).Round(time.Second)
	info := fmt.Sprintf("loss %.4f  %.0f tok/s  eta %v", e.Loss, e.TokensPerSecond, eta)
	if c.bars != nil {
		c.show(event.Progress{Stage: "train", Done: e.Step, Total: e.Total, Unit: "steps"}, info)
		return
	}
	if e.Logged {
		fmt.Fprintf(c.out, "step %*d/%d  epoch %.2f  %s  lr %.2e  |g| %.3f\n", len(fmt.Sprint(e.Total)), e.Step, e.Total, e.Epoch, info, e.LearningRate, e.GradNorm)
	}
}

// stepTime guesses how long the first step took from its rate, so that the first ETA is of use.
func stepTime(e event.Step) time.Duration {
	if e.TokensPerSecond <= 0 || e.Step == 0 {
		return 0
	}
	return time.Duration(float64(e.Tokens) / float64(e.Step) / e.TokensPerSecond * float64(time.Second))
}

// close ends the display.
func (c *console) close() {
	if c.bars != nil {
		c.finishBar()
		c.bars.Wait()
	}
}

// table aligns rows of name and value.
func table(rows [][2]string) string {
	wide := 0
	for _, r := range rows {
		wide = max(wide, len(r[0]))
	}
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "  %-*s  %s\n", wide, r[0], r[1])
	}
	return b.String()
}
