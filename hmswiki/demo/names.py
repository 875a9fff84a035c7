"""Invented names for the demo's people: common first and last names, combined by chance."""

_FIRST = """
Aksel Amalie Anders Andreas Anita Anna Anne Arne Astrid August Beate Bente Berit Birgit Bjarne Bjørn Bodil Camilla
Cecilie Dag Daniel Ebba Einar Eirik Eldbjørg Elin Elise Ellen Emil Emma Erlend Espen Eva Even Finn Frida Frode Geir
Gerd Gro Grete Gudrun Guri Gunhild Hallvard Hanna Hans Harald Hedda Hege Helene Henrik Hilde Håkon Håvard Ida Inger
Ingvild Iselin Ivar Jakob Jan Jenny Jens Johan Johanne Jorunn Julie Jørgen Kaja Kamilla Karin Kristian Kristin Kåre
Lars Lena Linn Line Lise Live Liv Magne Magnus Maja Malin Maren Margit Maria Marianne Marte Martin Mathias Mette
Mikkel Mona Morten Nina Nora Odd Oda Ola Ole Oskar Pål Petter Ragnar Ragnhild Randi Rolf Rune Runar Sara Sigrid
Sigurd Silje Simen Siv Solveig Sondre Stein Stian Stine Sunniva Svein Sverre Synne Tale Terje Thea Thomas Tobias
Tone Tor Torbjørn Torill Tove Trine Trond Trude Turid Tuva Unni Vegard Vidar Vilde Wenche Yngve Øystein Åse Åshild
Aisha Alejandro Amira Ana Andrei Anjali Arjun Beatriz Carlos Chiara Chidi Dmitri Elena Fatima Francesco Giulia Hao
Hiroshi Ibrahim Ines Jin Joana Julia Katarzyna Kwame Leila Li Lucia Luis Mahdi Marco Mei Mohammad Nadia Nikolai
Olena Omar Paolo Pedro Piotr Priya Rania Ravi Reza Sofia Sunita Tomasz Thuy Wei Xin Yara Yuki Zahra Zofia
"""

_LAST = """
Aamodt Aas Alstad Amundsen Andersen Antonsen Arnesen Askeland Aune Bakke Bakken Barstad Berge Berntsen Birkeland
Bjerke Bjørklund Borgen Brattli Brekken Bråten Dahl Dalen Egeland Eide Eilertsen Engen Eriksen Evensen Fagerli Falk
Fjeld Flaten Fossum Fredriksen Gjertsen Granli Grønli Gulbrandsen Gundersen Halvorsen Hammer Hansen Haug Haugland
Hegge Heggelund Helland Hermansen Hofstad Holm Holte Hovland Husby Iversen Jacobsen Jensen Johansen Johnsen Karlsen
Kleven Knutsen Kolstad Korsvik Kristiansen Kvam Kvernmo Langeland Larsen Lie Lien Lindberg Lorentzen Lund Lunde
Løken Madsen Martinsen Mathisen Mikalsen Moen Mork Myhre Myklebust Mæhlum Nergård Ness Nilsen Nordby Nygård Nyhus
Olsen Opsahl Paulsen Pedersen Rasmussen Reitan Ringstad Rognli Rostad Ruud Rønning Sandnes Sandvik Selnes Simonsen
Skaar Skogen Skoglund Solli Solvang Stene Stokke Storli Strand Sunde Svendsen Sæther Sørensen Tangen Thorsen Tveit
Ulriksen Vik Viken Volden Wiik Wold Ødegård Øien Østby Aasen Ahmadi Almeida Banerjee Chen Costa Das Diallo Ferrari
Fernandes Fischer Garcia Ghosh Gupta Hassan Hosseini Huang Ivanova Kim Kowalski Kumar Lopez Martins Mensah Mishra
Moreau Müller Nakamura Nguyen Novak Okafor Park Petrov Pham Popescu Rahimi Romano Rossi Santos Schmidt Sharma Silva
Singh Tanaka Tran Wang Weber Yilmaz Zhang Zhao
"""

FIRST = tuple(_FIRST.split())
LAST = tuple(_LAST.split())
