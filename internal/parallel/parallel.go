// Package parallel is the one place where work is spread over threads.
//
// A Pool runs numbered tasks on a fixed number of workers. Which worker runs which task varies, so tasks must write disjoint memory and
// must not depend on the number of workers: then results are the same bytes with any number of them.
package parallel

import (
	"sync"
	"sync/atomic"
)

// Pool is a set of workers. The zero value is not usable; a nil Pool runs everything on the caller's goroutine.
type Pool struct {
	workers int
	idle    bool
	jobs    chan *job
	done    sync.WaitGroup // the workers' goroutines
}

type job struct {
	next  atomic.Int64
	tasks int
	run   func(worker, task int)
	left  sync.WaitGroup
	panic atomic.Pointer[any]
}

// New returns a pool of n workers (at least one): n-1 goroutines and the caller of Run.
func New(n int) *Pool {
	p := &Pool{workers: max(n, 1)}
	p.jobs = make(chan *job, p.workers)
	for w := 1; w < p.workers; w++ {
		p.done.Add(1)
		go func() {
			defer p.done.Done()
			for j := range p.jobs {
				j.work(w)
				j.left.Done()
			}
		}()
	}
	return p
}

// Idle returns a pool that reports n workers and runs no task. With it a computation is run for its allocations alone.
func Idle(n int) *Pool { return &Pool{workers: max(n, 1), idle: true} }

// Idle reports whether the pool runs no task.
func (p *Pool) Idle() bool { return p != nil && p.idle }

// Solo is a pool for work inside a task: it runs everything on the caller's goroutine, or nothing if p is idle.
func (p *Pool) Solo() *Pool {
	if p.Idle() {
		return Idle(1)
	}
	return nil
}

// Workers is the number of workers, which are numbered from 0.
func (p *Pool) Workers() int {
	if p == nil {
		return 1
	}
	return p.workers
}

// Run calls run(worker, task) for every task in [0, tasks) and returns when all are done. Tasks start in order.
// A panic in a task is raised again in the caller. Run must not be called from inside a task.
func (p *Pool) Run(tasks int, run func(worker, task int)) {
	if p.Idle() {
		return
	}
	helpers := min(p.Workers(), tasks) - 1
	if helpers < 1 {
		for i := range tasks {
			run(0, i)
		}
		return
	}
	j := &job{tasks: tasks, run: run}
	j.left.Add(helpers)
	for range helpers {
		p.jobs <- j
	}
	j.work(0)
	j.left.Wait()
	if v := j.panic.Load(); v != nil {
		panic(*v)
	}
}

func (j *job) work(worker int) {
	defer func() {
		if v := recover(); v != nil {
			j.panic.CompareAndSwap(nil, &v)
			j.next.Store(int64(j.tasks)) // nobody starts another task
		}
	}()
	for {
		i := int(j.next.Add(1)) - 1
		if i >= j.tasks {
			return
		}
		j.run(worker, i)
	}
}

// Ranges splits [0, n) into chunks of the given size and runs them as tasks. The chunks do not depend on the workers.
func (p *Pool) Ranges(n, chunk int, run func(worker, lo, hi int)) {
	p.Run((n+chunk-1)/chunk, func(w, i int) {
		run(w, i*chunk, min(n, (i+1)*chunk))
	})
}

// Each runs tasks like Run and passes each one a value of its worker, such as buffers, which create makes before the worker's first task.
// It returns the values that were made. On an idle pool it makes those of all workers and runs no task.
func Each[S any](p *Pool, tasks int, create func() S, run func(own S, task int)) []S {
	if p.Idle() {
		made := make([]S, min(p.Workers(), tasks))
		for i := range made {
			made[i] = create()
		}
		return made
	}
	made, has := make([]S, p.Workers()), make([]bool, p.Workers())
	p.Run(tasks, func(w, task int) {
		if !has[w] {
			made[w], has[w] = create(), true
		}
		run(made[w], task)
	})
	n := 0
	for w, ok := range has {
		if ok {
			made[n] = made[w]
			n++
		}
	}
	return made[:n]
}

// Close ends the workers. The pool cannot be used afterwards.
func (p *Pool) Close() {
	if p == nil || p.idle {
		return
	}
	close(p.jobs)
	p.done.Wait()
}
