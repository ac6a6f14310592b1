//! Diagnostics as text: `path:line:col: error[code]: cause`, an excerpt of the source, help.
