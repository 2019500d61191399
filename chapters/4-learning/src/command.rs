//! The command line: no argument runs the lesson, any other learns.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use chapter_kit::{Chapter, Common, Page, Session};
use clap::Parser;

use crate::apply::{Rate, Start, check_rate, learn_drawing};
use crate::describe;
use crate::dialect::Dialect;
use crate::lesson;
use crate::pair::{Outputs, PairArguments, learn_pair};
use crate::text::Text;

/// Chapter 4: learning a kernel from an image and its edges. Without arguments it tells the lesson.
#[derive(Debug, Parser)]
#[command(name = "chapter-learning", version, max_term_width = 80, after_help = EXAMPLES)]
// Where a kernel comes from that can be saved and drawn.
#[command(group = clap::ArgGroup::new("kernel").args(["input", "pairs", "describe"]))]
#[command(group = clap::ArgGroup::new("photographs").args(["input", "pairs"]))]
pub struct Arguments {
    /// The first kernel for the lesson's image, two numbers [default: random, from the seed]
    #[arg(long, value_name = "LEFT,RIGHT", allow_hyphen_values = true, conflicts_with_all = ["input", "pairs"])]
    init: Option<Start>,

    /// The learning rate, such as 0.02 or 1/36 [default: 0.03 for the lesson's image, the best there is for photographs]
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    lr: Option<Rate>,

    /// Run the lesson's loop as this framework writes it, and print what it prints
    #[arg(long, value_name = "FRAMEWORK", conflicts_with_all = ["input", "pairs"])]
    dialect: Option<Dialect>,

    /// How many steps to take at most [default: 10 for the lesson's image; for photographs as
    /// many as are needed, up to 20000]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    epochs: Option<usize>,

    /// Say what a kernel does: a name that chapter-edges knows, numbers ("1,-1"; rows by ";"), or a
    /// file as --save writes it
    #[arg(long, value_name = "KERNEL", allow_hyphen_values = true)]
    #[arg(conflicts_with_all = ["init", "lr", "epochs", "dialect"])]
    describe: Option<String>,

    /// Where to write the kernel: .safetensors, .npy, .csv, .json, .txt, or as source code: .py for
    /// NumPy, SciPy and OpenCV, .cpp or .hpp for OpenCV, .c, .h, .rs. Kernels of three channels go to
    /// three files, NAME-red and so on, and so do drawings
    #[arg(long, value_name = "FILE", requires = "kernel")]
    save: Option<PathBuf>,

    /// Where to draw what is not explained yet before each step, or with --describe what the kernel
    /// does to waves, as SVG
    #[arg(long, value_name = "FILE", requires = "kernel")]
    plot: Option<PathBuf>,

    /// Where to draw the kernel, as SVG
    #[arg(long, value_name = "FILE", requires = "kernel")]
    plot_kernel: Option<PathBuf>,

    /// Where to draw what is left of the target, as a picture: white for nothing, red where the target
    /// is brighter than the kernel makes it, blue where it is darker
    #[arg(long, value_name = "FILE", requires = "photographs")]
    residual: Option<PathBuf>,

    #[command(flatten)]
    pair: PairArguments,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  chapter-learning
  chapter-learning --seed 7
  chapter-learning --init 0.5987,-0.5092 --lr 0.03
  chapter-learning --init 0.5987,-0.5092 --dialect jax
  chapter-learning --input a.png --target b.png --kernel-size 5x5 \\
    --save kernel.safetensors --plot loss.svg
  chapter-learning --input a.png --target b.png --kernel-size auto \\
    --sum-one --nonneg --residual left.png
  chapter-learning --describe kernel.safetensors --plot waves.svg
  chapter-learning --describe gaussian:1.5 --save kernel.py
  chapter-edges --image c.png --kernel kernel.safetensors --output d.png";

impl Chapter for Arguments {
    fn common(&self) -> &Common {
        &self.common
    }

    fn run(&self, session: &Session, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(session.language);
        let seed = session.seed.unwrap_or_default();
        ensure!(self.epochs != Some(0), "--epochs is 0: take at least 1 step");
        if let Some(asked) = self.pair.asked(self.epochs, self.lr.map(|Rate(rate)| rate), self.outputs())? {
            let found = learn_pair(&asked)?;
            return if session.json { Ok(page.json(&found.to_json()?)?) } else { found.print(session.language, page) };
        }
        if let Some(kernel) = &self.describe {
            let (save, plot, plot_kernel) = (self.save.as_deref(), self.plot.as_deref(), self.plot_kernel.as_deref());
            let asked = describe::Asked { kernel, save, plot, plot_kernel };
            let described = describe::describe(&asked)?;
            return if session.json {
                Ok(page.json(&described.to_json()?)?)
            } else {
                described.print(session.language, page)
            };
        }
        if self.asks_for_the_lesson(session) {
            session.refuse_json("--seed, --init, --lr, --epochs, --dialect, --input, --pairs or --describe")?;
            return lesson::run(&session.device, seed, text, page);
        }
        let (epochs, rate) =
            (self.epochs.unwrap_or(lesson::EPOCHS), self.lr.map_or(lesson::LEARNING_RATE, |Rate(rate)| rate));
        if let Some(dialect) = self.dialect {
            check_rate(rate)?;
            let run = dialect.run(self.init.map(|Start(kernel)| kernel), seed, epochs, rate, &session.device)?;
            return if session.json { Ok(page.json(&run.to_json()?)?) } else { run.print(session.language, page) };
        }
        let run = learn_drawing(self.init, seed, epochs, rate, &session.device)?;
        if session.json { Ok(page.json(&run.to_json()?)?) } else { run.print(text, page) }
    }
}

impl Arguments {
    /// The lesson has a seed too, but not in numbers for other programs.
    fn asks_for_the_lesson(&self, session: &Session) -> bool {
        let seeded_json = session.json && session.seed.is_some();
        self.init.is_none() && self.lr.is_none() && self.epochs.is_none() && self.dialect.is_none() && !seeded_json
    }

    fn outputs(&self) -> Outputs {
        Outputs {
            save: self.save.clone(),
            plot: self.plot.clone(),
            plot_kernel: self.plot_kernel.clone(),
            residual: self.residual.clone(),
        }
    }
}
