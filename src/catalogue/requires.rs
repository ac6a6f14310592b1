//! requires
