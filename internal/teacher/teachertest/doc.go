// Package teachertest is a teacher for tests: a server on this machine that speaks Anthropic's Messages, Message Batches and token counting
// APIs and OpenAI's chat completions, so that the real clients are tested against it.
//
// Its answers are a function of the question. It keeps the books of what it would have charged, whether or not its answer arrived, and it
// fails as told: by [Faults], which hit the same questions in every run.
//
// The nouns: a [Server]; a [Question], which is what a request asked; [Faults]; a [Clock] that does not wait.
package teachertest
