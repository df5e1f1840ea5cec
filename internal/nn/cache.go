package nn

import "graft/internal/kernel"

// Cache keeps what the layers of a model remember of one sequence.
type Cache struct {
	Len      int // tokens held
	Capacity int
	layers   []layerCache
}

// layerCache holds keys and values of all tokens, or the state of a recurrence.
type layerCache struct {
	keyValue
	*recurrent
}

// keyValue are the keys and values of an attention, (Capacity, KV·Dim) each.
type keyValue struct{ k, v *Tensor }

// NewCache makes an empty cache for capacity tokens, without layers yet.
func NewCache(capacity int) *Cache { return &Cache{Capacity: capacity} }

// AddAttention adds a layer of keys and values; width is KV·Dim.
func (s *Cache) AddAttention(c *Context, width int) {
	s.layers = append(s.layers, layerCache{keyValue: keyValue{c.New(s.Capacity, width), c.New(s.Capacity, width)}})
}

// AddDeltaNet adds a layer of the given form.
func (s *Cache) AddDeltaNet(c *Context, d DeltaShape) {
	s.layers = append(s.layers, layerCache{recurrent: newRecurrent(c, d)})
}

// Free gives the memory back.
func (s *Cache) Free() {
	for _, l := range s.layers {
		l.k.Free()
		l.v.Free()
		l.free()
	}
	s.layers = nil
}

// CachedAttention is Attention of new tokens, which follow the ones in the cache, over all of them; their keys and values are appended to
// the cache's layer. Whoever runs the layers adds to Cache.Len afterwards. It has no gradient.
func (t *Tape) CachedAttention(q, k, v *Value, h Heads, s *Cache, layer int) *Value {
	o := t.Make(q.Rows, q.Cols, false)
	l := s.layers[layer]
	past := s.Len
	t.appendRows(l.k, k.Data(), past)
	t.appendRows(l.v, v.Data(), past)
	if past == 0 {
		return t.Attention(q, k, v, h, []Segment{{0, q.Rows}})
	}
	t.Record(o, Op{Compute: func() {
		o.data = t.New(q.Rows, q.Cols)
		one := attendOne{t.Context, o.data, q.Data(), l.keyValue, h, past}
		t.Pool.Run(q.Rows*h.Q, func(_, task int) { one.run(task/h.Q, task%h.Q) })
	}})
	return o
}

func (t *Tape) appendRows(dst, src *Tensor, at int) {
	if t.Counting() {
		return
	}
	buf := make([]float32, src.Cols)
	for i := range src.Rows {
		dst.Write(at+i, 0, src.row(buf, i))
	}
}

// attendOne is attention by its definition, for one head of one new token at a time.
type attendOne struct {
	*Context
	o, q *Tensor
	keyValue
	h    Heads
	past int
}

func (a *attendOne) run(row, head int) {
	n, d := a.past+row+1, a.h.Dim
	first := 0
	if a.h.Window > 0 {
		first = max(0, n-a.h.Window)
	}
	kv := head * a.h.KV / a.h.Q * d
	block := a.Arena.F32(n + 3*d)
	defer block.Free()
	buf := block.F32()
	p, q, key, out := buf[first:n], buf[n:n+d], buf[n+d:n+2*d], buf[n+2*d:]
	a.q.Read(q, row, head*d)
	for j := range p {
		a.k.Read(key, first+j, kv)
		p[j] = kernel.Dot(q, key)
	}
	sum := kernel.ExpSum(p, p, a.h.scale(), kernel.Max(p)*a.h.scale())
	clear(out)
	for j := range p {
		a.v.Read(key, first+j, kv)
		kernel.Axpy(out, key, p[j]/sum)
	}
	a.o.Write(row, head*d, out)
}
