// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <utility>

#include <QAccessibleWidget>

namespace secateur::widgets {

/// Children of a widget that are no widgets: made when first asked for, gone with the widget's own interface.
class AccessibleParts : public QAccessibleWidget
{
public:
    using Place = std::pair<int, int>;

    ~AccessibleParts() override;
    AccessibleParts(const AccessibleParts &) = delete;
    AccessibleParts &operator=(const AccessibleParts &) = delete;

    [[nodiscard]] virtual QString partName(const Place &place) const = 0;
    [[nodiscard]] virtual QString partValue(const Place &place) const = 0;
    [[nodiscard]] virtual bool isCurrentPart(const Place &place) const = 0;

    QAccessibleInterface *childAt(int x, int y) const override;
    QAccessibleInterface *focusChild() const override { return nullptr; }

protected:
    AccessibleParts(QWidget *widget, QAccessible::Role role) : QAccessibleWidget(widget, role) { }
    QAccessibleInterface *part(const Place &place, QAccessible::Role role) const;
    [[nodiscard]] static std::optional<Place> placeOf(const QAccessibleInterface *part);

private:
    mutable std::map<Place, QAccessible::Id> m_parts;
};

/// A widget that is read as a table.
class AccessibleGrid : public AccessibleParts, public QAccessibleTableInterface
{
public:
    /// More cells than these are not listed as children but for the current one.
    static constexpr int mostChildren = 10'000;

    [[nodiscard]] virtual QString cellText(int row, int column) const = 0;
    [[nodiscard]] virtual std::optional<Place> currentPlace() const = 0;

    void *interface_cast(QAccessible::InterfaceType type) override;
    int childCount() const override;
    QAccessibleInterface *child(int index) const override;
    int indexOfChild(const QAccessibleInterface *child) const override;

    QString partName(const Place &place) const override { return cellText(place.first, place.second); }
    QString partValue(const Place &) const override { return {}; }
    bool isCurrentPart(const Place &place) const override { return currentPlace() == place; }

    QAccessibleInterface *caption() const override { return nullptr; }
    QAccessibleInterface *summary() const override { return nullptr; }
    QAccessibleInterface *cellAt(int row, int column) const override;
    int selectedCellCount() const override { return currentPlace() ? 1 : 0; }
    QList<QAccessibleInterface *> selectedCells() const override;
    int selectedColumnCount() const override { return 0; }
    int selectedRowCount() const override { return 0; }
    QList<int> selectedColumns() const override { return {}; }
    QList<int> selectedRows() const override { return {}; }
    bool isColumnSelected(int) const override { return false; }
    bool isRowSelected(int) const override { return false; }
    bool selectRow(int) override { return false; }
    bool selectColumn(int) override { return false; }
    bool unselectRow(int) override { return false; }
    bool unselectColumn(int) override { return false; }
    void modelChange(QAccessibleTableModelChangeEvent *) override { }

protected:
    explicit AccessibleGrid(QWidget *widget) : AccessibleParts(widget, QAccessible::Table) { }

private:
    [[nodiscard]] bool listsAll() const;
};

/// A widget that is read as a list.
class AccessibleList : public AccessibleParts
{
public:
    [[nodiscard]] virtual QString itemName(int item) const = 0;
    [[nodiscard]] virtual QString itemValue(int item) const = 0;
    [[nodiscard]] virtual bool isCurrent(int item) const = 0;

    QAccessibleInterface *child(int index) const override;
    int indexOfChild(const QAccessibleInterface *child) const override;
    QString partName(const Place &place) const override { return itemName(place.first); }
    QString partValue(const Place &place) const override { return itemValue(place.first); }
    bool isCurrentPart(const Place &place) const override { return isCurrent(place.first); }

protected:
    explicit AccessibleList(QWidget *widget) : AccessibleParts(widget, QAccessible::List) { }
};

} // namespace secateur::widgets
