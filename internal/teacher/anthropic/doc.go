// Package anthropic is the teacher that answers through Anthropic's Messages and Message Batches APIs, over plain HTTP. Nothing is tried twice
// in it.
//
// No sampling parameter is sent: models after Opus 4.6 refuse them. The system text is marked for caching, for five minutes live and for an
// hour in a batch. Facts about the API are those of its documentation and of the official SDK's v1.84.0 in October 2026.
package anthropic
