//! Chapter 7: the exercises of the lesson, each with a hint, an answer, a proof that runs, and a grader.

pub mod zoo;
