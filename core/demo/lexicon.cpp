// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/lexicon.h"

namespace secateur::demo {

const std::vector<Noun> &people()
{
    static const std::vector<Noun> all = {
        {"cat", "cats", "chat", "chats", false},
        {"dog", "dogs", "chien", "chiens", false},
        {"horse", "horses", "cheval", "chevaux", false},
        {"bird", "birds", "oiseau", "oiseaux", false},
        {"mouse", "mice", "souris", "souris", true},
        {"cow", "cows", "vache", "vaches", true},
        {"girl", "girls", "fille", "filles", true},
        {"boy", "boys", "garçon", "garçons", false},
        {"woman", "women", "femme", "femmes", true},
        {"man", "men", "homme", "hommes", false},
        {"child", "children", "enfant", "enfants", false},
        {"teacher", "teachers", "professeur", "professeurs", false},
        {"doctor", "doctors", "médecin", "médecins", false},
        {"farmer", "farmers", "fermier", "fermiers", false},
        {"baker", "bakers", "boulanger", "boulangers", false},
        {"neighbor", "neighbors", "voisin", "voisins", false},
        {"friend", "friends", "ami", "amis", false},
        {"sister", "sisters", "soeur", "soeurs", true},
        {"brother", "brothers", "frère", "frères", false},
        {"mother", "mothers", "mère", "mères", true},
        {"father", "fathers", "père", "pères", false},
        {"queen", "queens", "reine", "reines", true},
        {"king", "kings", "roi", "rois", false},
        {"student", "students", "étudiant", "étudiants", false},
        {"singer", "singers", "chanteuse", "chanteuses", true},
        {"rabbit", "rabbits", "lapin", "lapins", false},
        {"goat", "goats", "chèvre", "chèvres", true},
        {"bear", "bears", "ours", "ours", false},
    };
    return all;
}

const std::vector<Noun> &things()
{
    static const std::vector<Noun> all = {
        {"apple", "apples", "pomme", "pommes", true},
        {"book", "books", "livre", "livres", false},
        {"letter", "letters", "lettre", "lettres", true},
        {"table", "tables", "table", "tables", true},
        {"chair", "chairs", "chaise", "chaises", true},
        {"car", "cars", "voiture", "voitures", true},
        {"boat", "boats", "bateau", "bateaux", false},
        {"hat", "hats", "chapeau", "chapeaux", false},
        {"shirt", "shirts", "chemise", "chemises", true},
        {"key", "keys", "clé", "clés", true},
        {"cake", "cakes", "gâteau", "gâteaux", false},
        {"glass", "glasses", "verre", "verres", false},
        {"knife", "knives", "couteau", "couteaux", false},
        {"bottle", "bottles", "bouteille", "bouteilles", true},
        {"flower", "flowers", "fleur", "fleurs", true},
        {"tree", "trees", "arbre", "arbres", false},
        {"egg", "eggs", "oeuf", "oeufs", false},
        {"orange", "oranges", "orange", "oranges", true},
        {"picture", "pictures", "image", "images", true},
        {"lamp", "lamps", "lampe", "lampes", true},
        {"bag", "bags", "sac", "sacs", false},
        {"stone", "stones", "pierre", "pierres", true},
        {"door", "doors", "porte", "portes", true},
        {"window", "windows", "fenêtre", "fenêtres", true},
        {"newspaper", "newspapers", "journal", "journaux", false},
        {"watch", "watches", "montre", "montres", true},
        {"box", "boxes", "boîte", "boîtes", true},
        {"bicycle", "bicycles", "vélo", "vélos", false},
        {"song", "songs", "chanson", "chansons", true},
        {"coat", "coats", "manteau", "manteaux", false},
    };
    return all;
}

const std::vector<Noun> &locations()
{
    static const std::vector<Noun> all = {
        {"house", "houses", "maison", "maisons", true},      {"garden", "gardens", "jardin", "jardins", false},
        {"school", "schools", "école", "écoles", true},      {"kitchen", "kitchens", "cuisine", "cuisines", true},
        {"forest", "forests", "forêt", "forêts", true},      {"village", "villages", "village", "villages", false},
        {"street", "streets", "rue", "rues", true},          {"shop", "shops", "magasin", "magasins", false},
        {"park", "parks", "parc", "parcs", false},           {"room", "rooms", "chambre", "chambres", true},
        {"church", "churches", "église", "églises", true},   {"field", "fields", "champ", "champs", false},
        {"castle", "castles", "château", "châteaux", false}, {"hospital", "hospitals", "hôpital", "hôpitaux", false},
    };
    return all;
}

const std::vector<Adjective> &adjectives()
{
    static const std::vector<Adjective> all = {
        {"big", "grand", "grande", "grands", "grandes", "grand", true},
        {"small", "petit", "petite", "petits", "petites", "petit", true},
        {"old", "vieux", "vieille", "vieux", "vieilles", "vieil", true},
        {"young", "jeune", "jeune", "jeunes", "jeunes", "jeune", true},
        {"beautiful", "beau", "belle", "beaux", "belles", "bel", true},
        {"good", "bon", "bonne", "bons", "bonnes", "bon", true},
        {"new", "nouveau", "nouvelle", "nouveaux", "nouvelles", "nouvel", true},
        {"red", "rouge", "rouge", "rouges", "rouges", "", false},
        {"green", "vert", "verte", "verts", "vertes", "", false},
        {"blue", "bleu", "bleue", "bleus", "bleues", "", false},
        {"black", "noir", "noire", "noirs", "noires", "", false},
        {"white", "blanc", "blanche", "blancs", "blanches", "", false},
        {"heavy", "lourd", "lourde", "lourds", "lourdes", "", false},
        {"light", "léger", "légère", "légers", "légères", "", false},
        {"strange", "étrange", "étrange", "étranges", "étranges", "", false},
        {"expensive", "cher", "chère", "chers", "chères", "", false},
        {"famous", "célèbre", "célèbre", "célèbres", "célèbres", "", false},
        {"happy", "heureux", "heureuse", "heureux", "heureuses", "", false},
        {"tired", "fatigué", "fatiguée", "fatigués", "fatiguées", "", false},
        {"strong", "fort", "forte", "forts", "fortes", "", false},
        {"clean", "propre", "propre", "propres", "propres", "", false},
        {"quiet", "calme", "calme", "calmes", "calmes", "", false},
    };
    return all;
}

const std::vector<Verb> &transitiveVerbs()
{
    static const std::vector<Verb> all = {
        {"see", "sees", "voit", "voient"},
        {"like", "likes", "aime", "aiment"},
        {"look for", "looks for", "cherche", "cherchent"},
        {"find", "finds", "trouve", "trouvent"},
        {"buy", "buys", "achète", "achètent"},
        {"sell", "sells", "vend", "vendent"},
        {"take", "takes", "prend", "prennent"},
        {"carry", "carries", "porte", "portent"},
        {"wash", "washes", "lave", "lavent"},
        {"watch", "watches", "regarde", "regardent"},
        {"want", "wants", "veut", "veulent"},
        {"lose", "loses", "perd", "perdent"},
        {"keep", "keeps", "garde", "gardent"},
        {"draw", "draws", "dessine", "dessinent"},
        {"show", "shows", "montre", "montrent"},
        {"hide", "hides", "cache", "cachent"},
        {"bring", "brings", "apporte", "apportent"},
        {"choose", "chooses", "choisit", "choisissent"},
    };
    return all;
}

const std::vector<Verb> &intransitiveVerbs()
{
    static const std::vector<Verb> all = {
        {"sleep", "sleeps", "dort", "dorment"},  {"work", "works", "travaille", "travaillent"},
        {"sing", "sings", "chante", "chantent"}, {"wait", "waits", "attend", "attendent"},
        {"run", "runs", "court", "courent"},     {"laugh", "laughs", "rit", "rient"},
        {"dance", "dances", "danse", "dansent"}, {"eat", "eats", "mange", "mangent"},
        {"live", "lives", "habite", "habitent"}, {"play", "plays", "joue", "jouent"},
    };
    return all;
}

} // namespace secateur::demo
