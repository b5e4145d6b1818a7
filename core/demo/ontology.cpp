// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/demo/ontology.h"

namespace secateur::demo {

namespace {

Relation uses()
{
    return {
        "use",
        {{"a knife", "cut bread"},
         {"a pen", "write a letter"},
         {"a broom", "sweep the floor"},
         {"a needle", "sew a shirt"},
         {"a hammer", "drive a nail"},
         {"a saw", "cut wood"},
         {"a spoon", "eat soup"},
         {"a key", "open a door"},
         {"a towel", "dry your hands"},
         {"a brush", "paint a wall"},
         {"a lamp", "light a room"},
         {"a clock", "tell the time"},
         {"a map", "find the way"},
         {"an umbrella", "stay dry in the rain"},
         {"a ladder", "reach a roof"},
         {"a net", "catch fish"},
         {"a shovel", "dig a hole"},
         {"a scale", "weigh flour"},
         {"a comb", "tidy your hair"},
         {"a bed", "sleep at night"},
         {"an oven", "bake a cake"},
         {"a kettle", "boil water"},
         {"a camera", "take a picture"},
         {"a phone", "call a friend"},
         {"a pillow", "rest your head"},
         {"a rope", "tie a boat"},
         {"a bucket", "carry water"},
         {"a fridge", "keep milk cold"},
         {"a candle", "give light without power"},
         {"a ruler", "measure a line"},
         {"scissors", "cut paper"},
         {"soap", "wash your hands"},
         {"glue", "stick paper together"},
         {"a bell", "wake people up"},
         {"a basket", "carry apples home"},
         {"glasses", "read small letters"}},
        {"What is {x} used for?", "What do people do with {x}?", "Why would someone buy {x}?", "What is {x} good for?"},
        {"What do you need to {y}?", "What do people use to {y}?", "If you want to {y}, what do you take?",
         "Which thing helps you to {y}?"},
        "to {y}"};
}

Relation places()
{
    return {"place",
            {{"a pan", "in a kitchen"},
             {"a stove", "in a kitchen"},
             {"a teacher", "in a school"},
             {"a blackboard", "in a school"},
             {"a doctor", "in a hospital"},
             {"a nurse", "in a hospital"},
             {"a fish", "in the sea"},
             {"a whale", "in the sea"},
             {"a cow", "on a farm"},
             {"a tractor", "on a farm"},
             {"a cloud", "in the sky"},
             {"a star", "in the sky"},
             {"an owl", "in a forest"},
             {"a deer", "in a forest"},
             {"a camel", "in a desert"},
             {"a sand hill", "in a desert"},
             {"a book", "in a library"},
             {"a reader", "in a library"},
             {"a train", "at a station"},
             {"a ticket desk", "at a station"},
             {"a plane", "at an airport"},
             {"a pilot", "at an airport"},
             {"a bath", "in a bathroom"},
             {"a toothbrush", "in a bathroom"},
             {"an actor", "in a theater"},
             {"a stage", "in a theater"},
             {"a rose", "in a garden"},
             {"a vegetable bed", "in a garden"},
             {"money", "in a bank"},
             {"a safe", "in a bank"},
             {"a penguin", "at the south pole"},
             {"an iceberg", "at the south pole"}},
            {"Where would you find {x}?", "Where do you expect to see {x}?", "Where does {x} belong?",
             "Where would you look for {x}?"},
            {"What would you find {y}?", "What do you expect to see {y}?", "Which of these belongs {y}?"},
            "{y}"};
}

Relation kinds()
{
    return {"kind",
            {{"an apple", "a fruit"},
             {"a pear", "a fruit"},
             {"a banana", "a fruit"},
             {"a cherry", "a fruit"},
             {"a carrot", "a vegetable"},
             {"an onion", "a vegetable"},
             {"a cabbage", "a vegetable"},
             {"a dog", "a mammal"},
             {"a horse", "a mammal"},
             {"a mouse", "a mammal"},
             {"a lion", "a mammal"},
             {"an eagle", "a bird"},
             {"a duck", "a bird"},
             {"a crow", "a bird"},
             {"a bee", "an insect"},
             {"an ant", "an insect"},
             {"a fly", "an insect"},
             {"a chair", "a piece of furniture"},
             {"a table", "a piece of furniture"},
             {"a sofa", "a piece of furniture"},
             {"a shirt", "a piece of clothing"},
             {"a coat", "a piece of clothing"},
             {"a hat", "a piece of clothing"},
             {"a bus", "a vehicle"},
             {"a car", "a vehicle"},
             {"a truck", "a vehicle"},
             {"a violin", "a musical instrument"},
             {"a piano", "a musical instrument"},
             {"a drum", "a musical instrument"},
             {"an oak", "a tree"},
             {"a pine", "a tree"},
             {"a birch", "a tree"}},
            {"What kind of thing is {x}?", "{x} is a kind of what?", "What is {x}?", "To which group does {x} belong?"},
            {"Which of these is {y}?", "What is an example of {y}?", "Which one would you call {y}?"},
            "{y}"};
}

Relation materials()
{
    return {"material",
            {{"a window", "glass"},    {"a bottle", "glass"},   {"a nail", "iron"},       {"an anchor", "iron"},
             {"a newspaper", "paper"}, {"a notebook", "paper"}, {"a sweater", "wool"},    {"a warm scarf", "wool"},
             {"a wall", "stone"},      {"a statue", "stone"},   {"a plank", "wood"},      {"a log", "wood"},
             {"a tire", "rubber"},     {"an eraser", "rubber"}, {"a belt", "leather"},    {"a saddle", "leather"},
             {"a ring", "gold"},       {"a crown", "gold"},     {"a flower pot", "clay"}, {"a brick", "clay"}},
            {"What is {x} made of?", "From which material do people make {x}?", "What do you need to make {x}?"},
            {"What is made of {y}?", "Which of these is made from {y}?", "What do people make out of {y}?"},
            "{y}"};
}

Relation colors()
{
    return {"color",
            {{"snow", "white"},
             {"milk", "white"},
             {"grass", "green"},
             {"a frog", "green"},
             {"blood", "red"},
             {"a tomato", "red"},
             {"a lemon", "yellow"},
             {"the sun", "yellow"},
             {"the clear sky", "blue"},
             {"deep water", "blue"},
             {"coal", "black"},
             {"the night", "black"},
             {"chocolate", "brown"},
             {"a bear", "brown"},
             {"an elephant", "gray"},
             {"ash", "gray"}},
            {"What color is {x}?", "Which color does {x} have?", "What is the color of {x}?"},
            {"What is {y}?", "Which of these is {y}?", "What has the color {y}?"},
            "{y}"};
}

Relation animals()
{
    return {"animal",
            {{"a dog", "bark"},
             {"a cat", "purr"},
             {"a duck", "quack"},
             {"a bee", "make honey"},
             {"a cow", "give milk"},
             {"a hen", "lay eggs"},
             {"a snake", "crawl"},
             {"a frog", "jump"},
             {"an eagle", "fly high"},
             {"a shark", "swim fast"},
             {"a spider", "spin a web"},
             {"a monkey", "climb trees"},
             {"a mole", "dig tunnels"},
             {"a sheep", "give wool"},
             {"a horse", "pull a cart"},
             {"an owl", "see at night"},
             {"a parrot", "repeat words"},
             {"a beaver", "build dams"}},
            {"What can {x} do?", "What is {x} known for?", "What does {x} do well?"},
            {"Which animal can {y}?", "What animal is known to {y}?", "Which of these animals can {y}?"},
            "{y}"};
}

Relation jobs()
{
    return {"job",
            {{"a baker", "makes bread"},
             {"a farmer", "grows wheat"},
             {"a pilot", "flies a plane"},
             {"a teacher", "gives lessons"},
             {"a doctor", "treats the sick"},
             {"a painter", "makes pictures"},
             {"a tailor", "makes clothes"},
             {"a driver", "steers a bus"},
             {"a sailor", "works on a ship"},
             {"a cook", "prepares meals"},
             {"a singer", "performs songs"},
             {"a judge", "decides in court"},
             {"a fireman", "puts out fires"},
             {"a gardener", "plants flowers"},
             {"a miner", "digs for coal"},
             {"a builder", "puts up houses"}},
            {"What does {x} do?", "What is the work of {x}?", "What do you expect of {x}?"},
            {"Who {y}?", "Which person {y}?", "Who usually {y}?"},
            "{y}"};
}

} // namespace

const std::vector<Relation> &relations()
{
    static const std::vector<Relation> all = {uses(), places(), kinds(), materials(), colors(), animals(), jobs()};
    return all;
}

const std::vector<Effect> &effects()
{
    static const std::vector<Effect> all = {
        {"it melts",
         {"ice", "butter", "snow", "chocolate", "wax", "ice cream"},
         {"lies in the hot sun", "is put near a fire", "stays in a warm room", "is heated in a pan"}},
        {"it breaks",
         {"a glass", "a cup", "an egg", "a plate", "a mirror", "a vase"},
         {"falls on the floor", "is dropped on a stone", "falls from a table", "is hit with a hammer"}},
        {"it burns",
         {"paper", "dry wood", "straw", "a match", "dry grass", "cardboard"},
         {"is held in a flame", "falls into a fire", "is lit", "touches a burning torch"}},
        {"it sinks",
         {"a stone", "a coin", "a nail", "a key", "a brick", "an anchor"},
         {"falls into a lake", "is thrown into a river", "is dropped into the sea", "slips from a boat"}},
        {"it floats",
         {"a cork", "a leaf", "a stick", "a feather", "a plank", "an empty bottle"},
         {"falls into a lake", "is thrown into a river", "is dropped into the sea", "slips from a boat"}},
        {"it freezes",
         {"water", "juice", "soup", "a puddle", "milk", "tea"},
         {"stays outside in an icy night", "is put into a freezer", "gets colder than ice",
          "stands in the snow for hours"}},
        {"it gets wet",
         {"a coat", "a towel", "a dog", "a tent", "a road", "a roof"},
         {"stays out in the rain", "is in a storm", "is sprayed with a hose", "gets under a waterfall"}},
        {"it dies",
         {"a rose", "a young tree", "a plant", "a flower", "a bush", "a vine"},
         {"gets no water", "stands in the dark for months", "is pulled out of the ground", "loses all its roots"}},
    };
    return all;
}

const Words &thingsBySize()
{
    static const Words things = {"an ant",      "a bee",      "a coin",   "an egg",    "a mouse", "a shoe",
                                 "a cat",       "a goose",    "a sheep",  "a bicycle", "a cow",   "a car",
                                 "an elephant", "a bus",      "a house",  "a tower",   "a ship",  "a hill",
                                 "a town",      "a mountain", "the moon", "the earth", "the sun"};
    return things;
}

} // namespace secateur::demo
