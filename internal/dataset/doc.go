// Package dataset builds training records from source code.
//
// The nouns:
//
//   - A [Domain] is one kind of code, such as the GDScript of Godot projects: which files hold it, how a file falls into
//     functions, and what valid code is.
//   - A [File] is a source file that was collected, with its hash and the licence file nearest to it.
//   - A [Function] is one function of a file, a range of its bytes with what a reader knows about it: name, signature, the
//     comment above, where its statements begin.
//   - A [Task] is a kind of exercise: [Write] asks for a function that its comment describes, [Complete] for statements that
//     were taken out of one.
//   - A [Record] is one instruction with its output, a [Meta] where it comes from. A function gives at most one record.
//   - A [Split] is the set a record belongs to: train, dev, test, or held out. Files that share nearly the same function are
//     one component, and a component is never divided, so that nothing that is tested was trained on.
//   - A [Filter] takes files, functions or comments out. What it takes out is a [Rejection] with a reason.
//
// A build goes through the stages collect, chunk, filter, split, plan, write. It is a function of the files, the options and
// the seed: the same ones give the same bytes.
package dataset
