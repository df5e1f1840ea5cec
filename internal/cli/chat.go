package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"graft/internal/chat"
	"graft/internal/engine"
	"graft/internal/generate"
)

func chatCommand(app *App) *cobra.Command {
	var o chatFlags
	cmd := &cobra.Command{
		Use:   "chat",
		Short: "Talk to the base model or the adapted one",
		Long: "Talk to the configured model with the adapter of training.output_dir, if there is one. With --prompt one answer is printed;\n" +
			"otherwise lines are read until the end of input, each a turn of the conversation; /reset forgets it.",
		Example: "  graft chat --domain gdscript\n  graft chat -c my.yaml -p 'Write a function that clamps a value.' --temperature 0.7",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.once = cmd.Flags().Changed("prompt")
			return app.chat(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.prompt, "prompt", "p", "", "`TEXT` to answer once; - reads it from standard input")
	f.StringVar(&o.adapter, "adapter", "", "`DIR` of a PEFT adapter; training.output_dir by default")
	f.BoolVar(&o.base, "base", false, "the base model, without an adapter")
	f.IntVar(&o.MaxTokens, "max-tokens", 512, "longest answer")
	f.Float64Var(&o.Temperature, "temperature", 0, "0 takes the most likely token, higher is freer")
	f.IntVar(&o.TopK, "top-k", 0, "draw from the K most likely tokens; 0: all")
	f.Float64Var(&o.TopP, "top-p", 1, "draw from the most likely tokens of together this probability")
	f.Uint64Var(&o.Seed, "seed", 42, "of the draws")
	return cmd
}

type chatFlags struct {
	generate.Options
	prompt, adapter string
	once, base      bool // once: prompt is given
}

func (o *chatFlags) check() error {
	switch {
	case o.base && o.adapter != "":
		return usageErrorf("graft: --base and --adapter exclude each other")
	case o.MaxTokens < 1:
		return usageErrorf("graft: --max-tokens is %d, expected at least 1", o.MaxTokens)
	case !(o.Temperature >= 0) || math.IsInf(o.Temperature, 0): // NaN is neither
		return usageErrorf("graft: --temperature is %v, expected a number that is not negative", o.Temperature)
	case o.TopK < 0:
		return usageErrorf("graft: --top-k is %d, expected 0 for all tokens, or a number of them", o.TopK)
	case !(o.TopP > 0 && o.TopP <= 1):
		return usageErrorf("graft: --top-p is %v, expected more than 0 and at most 1", o.TopP)
	}
	return nil
}

func (a *App) chat(ctx context.Context, o chatFlags) error {
	if err := o.check(); err != nil {
		return err
	}
	c, err := a.openChat(&o)
	if err != nil {
		return err
	}
	if o.once {
		err = c.once(ctx, o.prompt)
	} else {
		err = c.loop(ctx)
	}
	return errors.Join(err, c.model.Close())
}

// conversation is a chat with a model.
type conversation struct {
	*App
	model    *engine.Opened
	options  generate.Options
	system   string
	messages []chat.Message
	in       io.Reader
}

// openChat loads what the configuration and the flags name.
func (a *App) openChat(o *chatFlags) (*conversation, error) {
	c, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	dir, err := a.modelDir(c)
	if err != nil {
		return nil, err
	}
	adapterDir := o.adapter
	if adapterDir == "" && !o.base {
		if adapterDir, err = adapterOf(c, ""); err != nil {
			return nil, fmt.Errorf("%w, or ask the base model with --base", err)
		}
	}
	e, err := local[engine.Opener](a, c, "run a model")
	if err != nil {
		return nil, err
	}
	m := engine.Model{Dir: dir, Half: c.Model.Dtype == "bfloat16", FourBit: c.Model.LoadIn4bit, DoubleQuant: c.Model.DoubleQuant}
	loaded, err := e.Open(m, adapterDir)
	if err != nil {
		return nil, placed(c, err)
	}
	if loaded.Streamed != "" && !a.flags.quiet {
		fmt.Fprintf(a.Stderr, "weights%s\n", loaded.Streamed)
	}
	o.Stop = loaded.Base.EndIDs()
	return &conversation{App: a, model: loaded, options: o.Options, system: c.Data.SystemPrompt, in: os.Stdin}, nil
}

// once answers one prompt.
func (c *conversation) once(ctx context.Context, prompt string) error {
	if prompt == "-" {
		text, err := io.ReadAll(io.LimitReader(c.in, 16<<20))
		if err != nil {
			return err
		}
		prompt = string(text)
	}
	if strings.TrimSpace(prompt) == "" {
		return usageErrorf("graft: the prompt is empty")
	}
	answer, err := c.answer(ctx, prompt, !c.flags.json)
	if err != nil || !c.flags.json {
		return err
	}
	return writeJSON(c.Stdout, map[string]string{"answer": answer})
}

// loop answers lines until the input ends.
func (c *conversation) loop(ctx context.Context) error {
	prompt := func() {}
	if f, ok := c.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		prompt = func() { fmt.Fprint(c.Stderr, "> ") }
	}
	lines := bufio.NewScanner(c.in)
	lines.Buffer(nil, 16<<20)
	for prompt(); lines.Scan(); prompt() {
		switch text := strings.TrimSpace(lines.Text()); text {
		case "":
		case "/reset":
			c.messages = nil
		default:
			if _, err := c.answer(ctx, text, true); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}

// answer adds a turn to the conversation and its answer, which is printed as it comes if show is set.
func (c *conversation) answer(ctx context.Context, text string, show bool) (string, error) {
	if len(c.messages) == 0 && c.system != "" {
		c.messages = append(c.messages, chat.Text("system", c.system))
	}
	c.messages = append(c.messages, chat.Text("user", text))
	rendered, err := c.model.Base.Template.Render(c.messages, chat.Options{AddGenerationPrompt: true})
	if err != nil {
		return "", &ExitError{ExitUsage, err}
	}
	ids := c.model.Base.Tokenizer.Encode(rendered)
	most := c.model.Base.Config.MaxPositions
	if len(ids) >= most {
		return "", usageErrorf("graft: the conversation has %d tokens, the model has positions for %d; shorten it, or start anew with /reset", len(ids), most)
	}
	room := len(ids) + min(c.options.MaxTokens, most-len(ids))
	s, err := generate.New(c.model.Context, c.model.Model, room)
	if err != nil {
		return "", err
	}
	defer s.Close()
	stream := c.model.Base.Tokenizer.Stream(true)
	var answer strings.Builder
	say := func(piece string) {
		answer.WriteString(piece)
		if show {
			fmt.Fprint(c.Stdout, piece)
		}
	}
	err = s.Run(ctx, ids, c.options, func(id int32) bool { say(stream.Push(id)); return true })
	say(stream.Flush())
	if show {
		fmt.Fprintln(c.Stdout)
	}
	c.messages = append(c.messages, chat.Text("assistant", answer.String()))
	return answer.String(), err
}
