//! `purser`: the same app without a window.
//!
//! **Owns:** the grammar of the command line, tables, prompts, progress bars and exit codes. **Does not own:** any
//! decision: every command calls one function of `app`, and `--json` prints the very type the window gets.

mod args;
mod ask;
mod fault;
mod noun;
mod out;
mod progress;
mod tour;

use std::process::ExitCode;
use std::sync::Arc;

use app::{App, AppError, AppOptions, Profile};
use clap::Parser;

use crate::args::{Arguments, Command};
use crate::fault::Fault;
use crate::out::Out;

/// Setting documents asks for memory all the time: a month end takes an eighth less with it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let out = Out::new(arguments.json);
    if let Command::Completions { shell } = arguments.command {
        return out.ended(out.line(&args::completions(shell)));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments, &out)),
        Err(problem) => Err(Fault::io("the command line cannot start", &problem)),
    };
    out.ended(result)
}

async fn run(arguments: Arguments, out: &Out) -> Result<(), Fault> {
    let profile = match &arguments.profile {
        Some(home) => Profile::at(home),
        None => Profile::of_environment()?,
    };
    let _log = app::logging::start(&profile)?;
    let progress = progress::Bar::new(arguments.json || arguments.quiet);
    let mut options = AppOptions::system(Arc::new(progress.clone()));
    if arguments.session_vault {
        let again = || ask::secret("Admin credential (the keychain is not used): ").map_err(AppError::from);
        options.vault = Arc::new(app::AskingVault::new(Arc::new(again)));
    }
    let app = App::open(profile, options).await?;
    let result = noun::run(&app, arguments.command, out).await;
    progress.clear();
    app.close().await;
    result
}
