// Package openai is the teacher that answers through any endpoint that speaks OpenAI's chat completions: llama.cpp, vLLM, Ollama, graft's own
// server, or OpenAI, over plain HTTP. Nothing is tried twice in it, but for one thing: an endpoint that refuses structured output is asked without,
// and the schema stands in the system text from then on.
package openai
