// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/tasks/demonstrations.h"

namespace secateur::eval {

const Demonstrations &ownDemonstrations()
{
    static const Demonstrations demonstrations = {
        {"A library had 64 books on its gardening shelf. Readers took out 19 of them and brought back 7. How many "
         "books "
         "are on the shelf now?",
         "The shelf had 64 books. After 19 were taken out, 64 - 19 = 45 were left. After 7 came back, there are 45 + 7 "
         "= "
         "52 books. The answer is 52."},
        {"Mira prunes 6 rose bushes in an hour. She works for three hours in the morning and two hours in the "
         "afternoon. "
         "How many bushes does she prune that day?",
         "She works 3 + 2 = 5 hours in all. In each hour she prunes 6 bushes. So she prunes 5 * 6 = 30 bushes. The "
         "answer is 30."},
        {"A ferry can carry 28 cars. On its first trip it was full. On its second trip it carried half as many. How "
         "many "
         "cars did it carry on both trips?",
         "On the first trip it carried 28 cars. Half of 28 is 28 / 2 = 14, so it carried 14 cars on the second trip. "
         "Together that is 28 + 14 = 42 cars. The answer is 42."},
        {"Tomas has $50. He buys four pots of paint for $9 each. How much money is left?",
         "Four pots at 9 dollars each cost 4 * 9 = 36 dollars. Tomas had 50 dollars, so 50 - 36 = 14 dollars are left. "
         "The answer is 14."},
        {"There were some pigeons on a roof. When 8 more landed, there were 23. How many pigeons were there at first?",
         "After 8 pigeons landed there were 23. Before that there were 8 fewer. 23 - 8 = 15. The answer is 15."},
        {"A baker fills trays with 12 rolls each. She has 90 rolls. How many rolls are left over when she has filled "
         "as "
         "many trays as she can?",
         "Seven trays hold 7 * 12 = 84 rolls, and an eighth would need 96, which is more than 90. So she fills 7 "
         "trays. "
         "90 - 84 = 6 rolls are left over. The answer is 6."},
        {"Ines is 11 years old. Her brother is twice as old as she is, and their cousin is 5 years younger than the "
         "brother. How old is the cousin?",
         "Ines is 11. Her brother is 2 * 11 = 22 years old. The cousin is 5 years younger, so 22 - 5 = 17. The answer "
         "is "
         "17."},
        {"A train has nine coaches. Each coach has 40 seats, and 310 seats are taken. How many seats are free?",
         "Nine coaches with 40 seats each have 9 * 40 = 360 seats. 310 of them are taken. So 360 - 310 = 50 seats are "
         "free. The answer is 50."},
    };
    return demonstrations;
}

} // namespace secateur::eval
