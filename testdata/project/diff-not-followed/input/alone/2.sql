alter type state add value 'b';
