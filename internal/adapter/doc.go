// Package adapter trains a few parameters around frozen projections and keeps them in PEFT's files.
//
// A Variant wraps a projection (nn.Linear) into an Adapted one: LoRA, with rsLoRA as its other scale, and DoRA. A Spec says which
// projections get one and with which rank and alpha; Attach applies it to a model and reports the Coverage: what is trained and what is
// not, by kind. An Adapter is the result: the adapted projections by module path, their parameters in a fixed order.
//
// Letters: r rank, s scale (alpha/r, or alpha/√r for rsLoRA).
package adapter
