package train

import (
	"graft/internal/model"
	"graft/internal/nn"
)

// passTokens bounds the tokens that go through the layers at a time with gradient checkpointing; a step of more is done in several passes,
// cut between batches. Without checkpointing each batch is a pass, so that accumulation bounds memory.
const passTokens = 32768

// pass is some batches of a step, laid out for the model.
type pass struct {
	batch   *model.Batch
	targets []int32 // (T) the next token where it is trained, else nn.Ignore
	part    []int32 // (T) which of the pass's batches a token is of
	batches int
	trained int
}

// newPass lays batches out. The first token of a document is never a target, the last position has none.
func newPass(batches ...[]Row) *pass {
	p := &pass{batches: len(batches)}
	var docs [][]int32
	for b, rows := range batches {
		for _, r := range rows {
			for _, s := range r {
				docs = append(docs, s.IDs)
				p.add(s, int32(b))
			}
		}
	}
	p.batch = model.NewBatch(docs...)
	return p
}

// add appends the targets of a document.
func (p *pass) add(s Sample, batch int32) {
	for i := range s.IDs {
		t := int32(nn.Ignore)
		if i+1 < len(s.IDs) && s.Trained[i+1] {
			t = s.IDs[i+1]
			p.trained++
		}
		p.targets = append(p.targets, t)
		p.part = append(p.part, batch)
	}
}

// trainedTokens counts the targets of rows.
func trainedTokens(rows []Row) int {
	n := 0
	for _, r := range rows {
		for _, s := range r {
			for i := 1; i < len(s.IDs); i++ {
				if s.Trained[i] {
					n++
				}
			}
		}
	}
	return n
}

func tokens(rows []Row) int {
	n := 0
	for _, r := range rows {
		for _, s := range r {
			n += len(s.IDs)
		}
	}
	return n
}

// passes cuts the batches of a step.
func (r *Run) passes(batches [][]Row) []*pass {
	var ps []*pass
	first, size := 0, 0
	for i, b := range batches {
		n := tokens(b)
		if size > 0 && (!r.opt.Checkpointing || size+n > passTokens) {
			ps = append(ps, newPass(batches[first:i]...))
			first, size = i, 0
		}
		size += n
	}
	return append(ps, newPass(batches[first:]...))
}
