// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <QtTest/QTest>

#include "core/base/parallel.h"

using namespace secateur;

class TestParallel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachIndexOnce_data();
    void eachIndexOnce();
    void oneThreadIsThisThread();
    void usesAtMostTheThreadsAskedFor();
    void threadsReallyRunAtOnce();
    void exceptionComesBack();
    void exceptionStopsTheRest();
    void nests();
};

void TestParallel::eachIndexOnce_data()
{
    QTest::addColumn<std::size_t>("count");
    QTest::addColumn<int>("threads");

    for (const std::size_t count : {0, 1, 2, 7, 10'000})
        for (const int threads : {-1, 0, 1, 2, 5, 64})
            QTest::addRow("%zu indices, %d threads", count, threads) << count << threads;
}

void TestParallel::eachIndexOnce()
{
    QFETCH(std::size_t, count);
    QFETCH(int, threads);
    std::vector<std::atomic<int>> calls(count);
    parallelFor(count, threads, [&](std::size_t index) { ++calls.at(index); });
    for (const auto &number : calls)
        QCOMPARE(number.load(), 1);
}

void TestParallel::oneThreadIsThisThread()
{
    const auto self = std::this_thread::get_id();
    std::vector<std::size_t> order;
    bool elsewhere = false;
    parallelFor(50, 1, [&](std::size_t index) {
        elsewhere = elsewhere || std::this_thread::get_id() != self;
        order.push_back(index);
    });
    QVERIFY(!elsewhere);
    for (std::size_t i = 0; i < order.size(); ++i)
        QCOMPARE(order[i], i);
    QCOMPARE(order.size(), std::size_t(50));
}

void TestParallel::usesAtMostTheThreadsAskedFor()
{
    std::mutex mutex;
    std::set<std::thread::id> seen;
    parallelFor(2000, 3, [&](std::size_t) {
        const std::lock_guard lock(mutex);
        seen.insert(std::this_thread::get_id());
    });
    QVERIFY(seen.size() <= 3);
}

void TestParallel::threadsReallyRunAtOnce()
{
    // Each of two bodies waits until the other has begun: this ends only when two threads work.
    std::atomic<int> begun = 0;
    parallelFor(2, 2, [&](std::size_t) {
        ++begun;
        while (begun < 2)
            std::this_thread::yield();
    });
    QCOMPARE(begun.load(), 2);
}

void TestParallel::exceptionComesBack()
{
    for (const int threads : {1, 2, 8}) {
        std::string caught;
        try {
            parallelFor(100, threads, [](std::size_t index) {
                if (index == 42)
                    throw std::runtime_error("index 42");
            });
        } catch (const std::runtime_error &error) {
            caught = error.what();
        }
        QCOMPARE(caught, std::string("index 42"));
    }
}

void TestParallel::exceptionStopsTheRest()
{
    std::atomic<int> calls = 0;
    bool caught = false;
    try {
        parallelFor(1'000'000'000, 2, [&](std::size_t) {
            ++calls;
            throw std::bad_alloc();
        });
    } catch (const std::bad_alloc &) {
        caught = true;
    }
    QVERIFY(caught);
    QVERIFY2(calls <= 2, std::to_string(calls).c_str());
}

void TestParallel::nests()
{
    std::atomic<int> calls = 0;
    parallelFor(4, 2, [&](std::size_t) { parallelFor(5, 2, [&](std::size_t) { ++calls; }); });
    QCOMPARE(calls.load(), 20);
}

QTEST_GUILESS_MAIN(TestParallel)
#include "tst_parallel.moc"
