"""A second opinion on SFTTrainer: the same training, row by row, in plain PyTorch."""

import math

import torch


def trainable(model):
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def best_fit(lengths, size):
    """Best-fit decreasing: longest first, each into the fullest bin with room, of equals the one that waits longest."""
    lengths = [min(length, size) for length in lengths]
    bins, waiting = [], []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        fits = [bin for bin in waiting if bin["space"] >= lengths[row]]
        if fits:
            bin = min(fits, key=lambda bin: bin["space"])
            waiting.remove(bin)
        else:
            bin = {"space": size, "rows": []}
            bins.append(bin)
        bin["space"] -= lengths[row]
        bin["rows"].append(row)
        waiting.append(bin)
    return [bin["rows"] for bin in bins]


def prepare(run, rows):
    """Returns the samples of an epoch, each a list of row numbers, and the rows that are dropped."""
    if run["packing"]:
        return best_fit([len(row["input_ids"]) for row in rows], run["max_seq_length"]), []
    kept = [i for i, row in enumerate(rows) if set(row["labels"][: run["max_seq_length"]]) != {-100}]
    return [[i] for i in kept], [i for i in range(len(rows)) if i not in kept]


def chunks(items, size):
    return [items[i : i + size] for i in range(0, len(items), size)]


def rate(run, step, steps):
    """The learning rate of a step, counted from 0."""
    warmup = run["warmup_steps"] or math.ceil(run["warmup_ratio"] * steps)
    if run["lr_scheduler"] != "constant" and step < warmup:
        return run["learning_rate"] * step / warmup
    done = (step - warmup) / max(1, steps - warmup)
    factor = {"linear": 1 - done, "cosine": (1 + math.cos(math.pi * done)) / 2}.get(run["lr_scheduler"], 1)
    return run["learning_rate"] * factor


class AdamW:
    def __init__(self, run, parameters):
        self.run, self.parameters, self.step_count = run, parameters, 0
        self.moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]

    @torch.no_grad()
    def step(self, learning_rate):
        self.step_count += 1
        beta1, beta2 = self.run["adam_beta1"], self.run["adam_beta2"]
        for p, (m, v) in zip(self.parameters, self.moments, strict=True):
            p.mul_(1 - learning_rate * self.run["weight_decay"])
            m.mul_(beta1).add_((1 - beta1) * p.grad)
            v.mul_(beta2).add_((1 - beta2) * p.grad**2)
            m_hat, v_hat = m / (1 - beta1**self.step_count), v / (1 - beta2**self.step_count)
            p.sub_(learning_rate * m_hat / (v_hat.sqrt() + self.run["adam_epsilon"]))
            p.grad = None


def clip(parameters, largest):
    """Scales gradients down to a norm, unless that is 0; returns the norm before."""
    norm = torch.stack([p.grad.norm() for p in parameters]).norm()
    if largest > 0:
        for p in parameters:
            p.grad.mul_(min(1, largest / (norm.item() + 1e-6)))
    return norm.item()


def plain_loop(model, run, rows):
    """Trains row by row, without padding; returns loss, grad_norm, learning_rate and trained_tokens of each step."""
    samples, _ = prepare(run, rows)
    epoch = chunks(chunks(samples, run["batch_size"]), run["gradient_accumulation_steps"])
    steps = run["max_steps"] or math.ceil(run["num_epochs"] * len(epoch))
    parameters = list(trainable(model).values())
    optimizer, trained, log = AdamW(run, parameters), 0, []
    for step in range(steps):
        loss, count = 0.0, 0
        for row in (rows[i] for batch in epoch[step % len(epoch)] for sample in batch for i in sample):
            ids = torch.tensor([row["input_ids"][: run["max_seq_length"]]])
            labels = torch.tensor(row["labels"][1 : run["max_seq_length"]])
            count += int((labels != -100).sum())
            scores = model(input_ids=ids).logits[0, :-1]
            loss = loss + torch.nn.functional.cross_entropy(scores, labels, reduction="sum")
        (loss / count).backward()
        norm = clip(parameters, run["max_grad_norm"])
        optimizer.step(rate(run, step, steps))
        trained += count
        log.append(((loss / count).item(), norm, rate(run, step, steps), trained))
    return log
