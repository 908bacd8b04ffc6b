"""ncps on PyTorch, channels_last: a training step, eager or compiled.

    python torch_peer.py wm|lstm|cnn eager|compiled|bf16

`bf16` is compiled and under bfloat16 autocast.
"""
import sys

from child import serve

import torch
from torch import nn

import work
from work import B, T

model_name, how = sys.argv[1:]
torch.manual_seed(0)
torch.set_num_threads(work.CORES)


def standardise(x):
    """Frames [N,3,78,200]."""
    variance, mean = torch.var_mean(x, (1, 2, 3), correction=0, keepdim=True)
    return (x - mean) / variance.sqrt().clamp_min((work.HEIGHT * work.WIDTH * work.CHANNELS) ** -0.5)


def convolutions(layers, same):
    channels = [work.CHANNELS] + [filters for filters, _, _ in layers]
    return nn.Sequential(
        *(
            module
            for before, (filters, kernel, stride) in zip(channels, layers)
            for module in (nn.Conv2d(before, filters, kernel, stride, kernel // 2 if same else 0), nn.ReLU())
        )
    )


class Head(nn.Module):
    """Frames [N,3,78,200] to features [N,32]."""

    def __init__(self):
        super().__init__()
        self.convolutions = convolutions(work.HEAD, same=True)
        self.dense = nn.ModuleList([nn.Linear(250, 4) for _ in range(8)])

    def forward(self, x):
        maps = self.convolutions(x).flatten(2)
        return torch.cat([torch.relu(dense(maps[:, n])) for n, dense in enumerate(self.dense)], 1)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = Head()
        if model_name == "wm":
            from ncps.torch import LTC
            from ncps.wirings import NCP

            self.cell = LTC(32, NCP(*work.NCP), batch_first=True, ode_unfolds=6, return_sequences=True)
            self.output = nn.Identity()
        else:
            self.cell = nn.LSTM(32, work.UNITS, batch_first=True)
            self.output = nn.Linear(work.UNITS, 1)

    def forward(self, x):
        outputs, _ = self.cell(self.head(standardise(x)).view(B, T, 32))
        return self.output(outputs)


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            convolutions(work.CNN, same=False),
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.Linear(4864, 1000),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(1000, 100),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(100, 1, bias=False),
        )

    def forward(self, x):
        return self.layers(standardise(x))


cnn = model_name == "cnn"
net = (Cnn() if cnn else Recurrent()).to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(net.parameters(), work.LEARNING_RATE, fused=True)
frames, labels = (torch.from_numpy(a) for a in (work.batch(B) if cnn else work.batch(B, T)))
# [N,78,200,3] seen as [N,3,78,200]: that is channels_last, nothing is moved.
frames = frames.view(-1, work.HEIGHT, work.WIDTH, work.CHANNELS).permute(0, 3, 1, 2)


def loss_of(frames, labels):
    with torch.autocast("cpu", torch.bfloat16, enabled=how == "bf16"):
        predictions = net(frames)
    weights = torch.exp(work.CURVE_FACTOR * labels.abs())
    return (weights * (predictions.float() - labels) ** 2).sum() / weights.sum()


if how != "eager":
    loss_of = torch.compile(loss_of)


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = loss_of(frames, labels)
    loss.backward()
    if not cnn:
        nn.utils.clip_grad_norm_(net.parameters(), work.CLIP_NORM)
    optimizer.step()
    return loss.item()


serve(
    step,
    parameters=sum(p.numel() for p in net.parameters() if p.requires_grad),
    versions={"torch": torch.__version__},
)
