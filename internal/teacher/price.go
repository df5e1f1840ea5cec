package teacher

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Price is what a model costs, in US dollars for a million tokens.
type Price struct {
	Input          float64
	Output         float64
	CacheRead      float64
	CacheWrite     float64 // that lives five minutes
	CacheWriteLong float64 // that lives an hour
	Batch          float64 // what a batch pays of these prices, from 0 to 1

	LongPrompt int     // prompts of more tokens pay LongFactor of all these; 0: no such limit
	LongFactor float64 //
	AsOf       string  // when and where the price was read
}

// hostedPrice has the multiples that Anthropic has for caches and batches: writing 1.25 (five minutes) and 2 (an hour), batches one half.
func hostedPrice(in, out, cacheRead float64) Price {
	return Price{
		Input: in, Output: out, CacheRead: cacheRead, CacheWrite: 1.25 * in, CacheWriteLong: 2 * in, Batch: 0.5, LongFactor: 1,
		AsOf: "2026-10-08, platform.claude.com model pages",
	}
}

// prices are those of the models that are known by name. Cache reads that no page names are a tenth of the input.
func prices() map[string]Price {
	haiku := hostedPrice(0.10, 0.50, 0.01)
	haiku.LongPrompt, haiku.LongFactor = 100_000, 5
	return map[string]Price{
		"claude-haiku-5-5":  haiku,
		"claude-sonnet-5-5": hostedPrice(2, 10, 0.10),
		"claude-opus-5-5":   hostedPrice(4, 20, 0.40),
		"claude-fable-5-1":  hostedPrice(10, 50, 1),
	}
}

// PriceOf is the price of what t answers with: that of the table, nothing for an endpoint on this machine or network, an error else.
func PriceOf(t Teacher) (Price, error) {
	table := prices()
	if p, ok := table[t.Model()]; ok {
		return p, nil
	}
	if !t.Hosted() {
		return Price{AsOf: "local endpoint", LongFactor: 1, Batch: 1}, nil
	}
	return Price{}, fmt.Errorf("teacher: the price of %s at %s is not known, so max_cost could not be kept; state it in dollars for a million tokens "+
		"as INPUT/OUTPUT, such as 0.10/0.50 (known: %s)", t.Model(), t.Endpoint(), strings.Join(slices.Sorted(maps.Keys(table)), ", "))
}

// ParsePrice reads "INPUT/OUTPUT" in dollars for a million tokens. Nothing is known of discounts: what is read
// from caches and sent in batches costs as much, and caches are written at Anthropic's multiples.
func ParsePrice(s string) (Price, error) {
	in, out, ok := strings.Cut(s, "/")
	i, err1 := strconv.ParseFloat(strings.TrimSpace(in), 64)
	o, err2 := strconv.ParseFloat(strings.TrimSpace(out), 64)
	const most = 1e5
	if !ok || err1 != nil || err2 != nil || !(i >= 0 && i <= most) || !(o >= 0 && o <= most) {
		return Price{}, fmt.Errorf("teacher: price %q: expected INPUT/OUTPUT, dollars for a million tokens from 0 to %g, such as 0.10/0.50", s, most)
	}
	return Price{Input: i, Output: o, CacheRead: i, CacheWrite: 1.25 * i, CacheWriteLong: 2 * i, Batch: 1, LongFactor: 1, AsOf: "stated by the user"}, nil
}

// money is an amount in 1e-12 US dollars: prices of tokens are whole numbers of it, and sums do not depend on their order.
type money int64

const dollar = 1e12

func (m money) dollars() float64    { return float64(m) / dollar }
func toMoney(dollars float64) money { return money(math.Round(dollars * dollar)) }

// rate is the price of one token.
func rate(perMillion, factor float64) money { return money(math.Ceil(perMillion*factor*1e6 - 1e-6)) }

// factor is what one token costs of the listed price.
func (p Price) factor(prompt int, batch bool) float64 {
	f := 1.0
	if batch {
		f = p.Batch
	}
	if p.LongPrompt > 0 && prompt > p.LongPrompt {
		f *= p.LongFactor
	}
	return f
}

// cost is what u costs.
func (p Price) cost(u Usage, batch bool) money {
	f := p.factor(u.Prompt(), batch)
	return money(u.Input)*rate(p.Input, f) + money(u.CacheRead)*rate(p.CacheRead, f) + money(u.CacheWrite)*rate(p.CacheWrite, f) +
		money(u.CacheWriteLong)*rate(p.CacheWriteLong, f) + money(u.Output)*rate(p.Output, f)
}

// promptOverhead bounds the tokens that an endpoint adds to a question: roles, and the rules of structured output.
const promptOverhead = 1024

// promptBound is more tokens than r can have: a token of text is at least a byte, and a schema may be written twice.
func promptBound(r Request) int {
	return len(r.System) + len(r.User) + 2*len(r.Schema) + promptOverhead
}

// worst is the most that r can cost: all of the longest prompt at the dearest kind of input, and all tokens of the answer. Live requests
// are cached for five minutes, batches for an hour.
func (p Price) worst(r Request, batch bool) money {
	bound := promptBound(r)
	f := p.factor(bound, batch)
	in := max(p.Input, p.CacheRead, p.CacheWrite)
	if batch {
		in = max(in, p.CacheWriteLong)
	}
	return money(bound)*rate(in, f) + money(r.MaxTokens)*rate(p.Output, f)
}
