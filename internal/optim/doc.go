// Package optim updates the trainable parameters: AdamW, learning-rate schedules, clipping by the global norm.
//
// Formulas and their edge cases are those of torch.optim.AdamW and transformers' schedules, step by step, so that a loss curve can be
// laid over the one of TRL.
package optim
