"""Writes the four ONNX files beside it, with PyTorch 2.15 and onnx 1.23: `pip install torch onnx`, then run it here.

All but the last are also described in a TOML file of the same name. Weights are zeros: nobody needs them here.
"""

import torch
from torch import nn


class Residual(nn.Module):
    """A stem, and two residual units of which the second halves the map."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 7, stride=2, padding=3, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.conv1 = nn.Conv2d(4, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 4, (3, 5), padding=(1, 2))
        self.conv3 = nn.Conv2d(4, 8, 3, stride=2, padding=1)
        self.conv4 = nn.Conv2d(8, 8, 3, padding=2, dilation=2)
        self.shortcut = nn.Conv2d(4, 8, 1, stride=2)
        self.head = nn.Linear(8, 10)

    def forward(self, x):
        x = self.pool(torch.relu(self.norm(self.stem(x))))
        x = torch.relu(x + self.conv2(torch.relu(self.conv1(x))))
        x = torch.relu(self.conv4(torch.relu(self.conv3(x))) + self.shortcut(x))
        return self.head(torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1))


class Inception(nn.Module):
    """Four branches that are concatenated, twice."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 2, 3, stride=2)
        self.one = nn.Conv2d(2, 2, 1)
        self.wide = nn.Conv2d(2, 2, (1, 7), padding="same")
        self.high = nn.Conv2d(2, 2, (7, 1), padding="same")
        self.five = nn.Conv2d(2, 2, 5, padding=2)
        self.average = nn.AvgPool2d(3, stride=1, padding=1)
        self.reduce = nn.Conv2d(8, 2, 3, stride=2, padding=1)
        self.pool = nn.MaxPool2d(2, stride=2, ceil_mode=True)

    def forward(self, x):
        x = torch.relu(self.stem(x))
        x = torch.cat([self.one(x), self.high(self.wide(x)), self.five(x), self.average(x)], 1)
        return torch.cat([self.reduce(x), self.pool(x)], 1)


class Encoder(nn.Module):
    """Down and up again: a transposed convolution, an upsampling, and a map from the way down."""

    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(1, 2, 3, padding=1)
        self.down2 = nn.Conv2d(2, 4, 3, stride=2, padding=1)
        self.down3 = nn.Conv2d(4, 4, 3, stride=2, padding=1)
        self.up3 = nn.ConvTranspose2d(4, 4, 3, stride=2, padding=1, output_padding=1)
        self.up2 = nn.Upsample(scale_factor=2, mode="bilinear")
        self.mix = nn.Conv2d(6, 2, 3, padding=1)
        self.last = nn.Conv2d(2, 1, 1)

    def forward(self, x):
        first = torch.relu(self.down1(x))
        x = torch.relu(self.down3(torch.relu(self.down2(first))))
        x = self.up2(torch.relu(self.up3(x)))
        x = torch.relu(self.mix(torch.cat([first, x], 1)))
        return torch.sigmoid(self.last(x))


class Gates(nn.Module):
    """A gate from a global mean, an upsampling, a half of the channels, and a mean and a deviation over the whole map."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.gate = nn.Conv2d(4, 4, 1)
        self.twice = nn.Upsample(scale_factor=2)
        self.norm = nn.InstanceNorm2d(2, affine=True)

    def forward(self, x):
        x = self.conv(x)
        x = nn.functional.hardswish(x * torch.sigmoid(self.gate(x.mean((2, 3), keepdim=True))))
        return self.norm(self.twice(x)[:, :2])


def write(name, model, image):
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    torch.onnx.export(model.eval(), torch.zeros(image), f"{name}.onnx", dynamo=False, input_names=["image"])


write("residual", Residual(), (1, 3, 96, 128))
write("inception", Inception(), (1, 1, 63, 79))
write("encoder-decoder", Encoder(), (1, 1, 48, 64))
write("gates", Gates(), (1, 1, 12, 20))
